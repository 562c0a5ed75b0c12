//! From the text of an expression to a syntax tree, and from places in it back to offsets. Holds what every kind of
//! expression shares: length, the number format, and the names of functions.

use sqlparser::ast::{
    Expr, Function as Call, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Spanned,
    Value as Literal,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, Tokenizer};

use super::Refusal;

/// An expression of more words and signs than this is a program; refusing it also bounds the depth of its tree, and so the
/// stack that walking it takes.
const LONGEST: usize = 600;

/// Levels of nesting that the parser follows: parentheses, NOT, CASE, arguments.
const NESTED: usize = 20;

/// Levels of the tree, chains of operators included, that are looked at.
pub(super) const DEEPEST: usize = 100;

/// The text of one expression.
#[derive(Clone, Copy)]
pub(super) struct Source<'t>(pub &'t str);

impl Source<'_> {
    /// Parses the whole text as one expression.
    pub fn parse(self) -> Result<Expr, Refusal> {
        if self.0.trim().is_empty() {
            return Err(Refusal::new("the expression is empty", 0));
        }
        let mut tokens = Tokenizer::new(&GenericDialect {}, self.0)
            .tokenize_with_location()
            .map_err(|error| self.syntax(&error.into()))?;
        tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
        if tokens.len() > LONGEST {
            let message = format!("the expression has {} words and signs: expected at most {LONGEST}", tokens.len());
            return Err(Refusal::new(message, 0).hint("compute part of it in the fact or the mapping"));
        }
        let mut parser =
            Parser::new(&GenericDialect {}).with_recursion_limit(NESTED).with_tokens_with_locations(tokens);
        let expression = parser.parse_expr().map_err(|error| self.syntax(&error))?;
        let rest = parser.peek_token();
        if rest.token != Token::EOF {
            let message = format!("found `{}` after the end of the expression", rest.token);
            return Err(Refusal::new(message, self.offset(rest.span.start)));
        }
        Ok(expression)
    }

    /// A refusal at a part of the tree.
    pub fn refuse(self, at: &impl Spanned, message: impl Into<String>) -> Refusal {
        Refusal::new(message, self.offset(at.span().start))
    }

    /// The name of a called function in capitals.
    pub fn name(self, call: &Call) -> String {
        call.name.to_string().to_uppercase()
    }

    /// The plain arguments of a call, for which nothing but DISTINCT may be said; `*` is no argument.
    pub fn arguments(self, call: &Call) -> Result<(&FunctionArgumentList, Vec<&Expr>), Refusal> {
        let name = self.name(call);
        if call.over.is_some() {
            let message = format!("{name} ... OVER: windows are not portable here");
            return Err(self
                .refuse(call, message)
                .hint("what spans rows or periods is computed from the metric's results"));
        }
        let extra = call.null_treatment.is_some()
            || !call.within_group.is_empty()
            || call.uses_odbc_syntax
            || !matches!(call.parameters, FunctionArguments::None);
        let FunctionArguments::List(list) = &call.args else {
            return Err(self.refuse(call, format!("{name} needs arguments in parentheses")));
        };
        if extra || !list.clauses.is_empty() {
            let message = format!("{name}: only arguments and FILTER (WHERE ...) are portable");
            return Err(self
                .refuse(call, message)
                .hint("for a percentile write QUANTILE(x, 0.9) instead of an ORDER BY inside the function"));
        }
        let mut arguments = Vec::new();
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => {
                    arguments.push(expression);
                }
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if list.args.len() == 1 => {}
                _ => {
                    let message = format!("{name}: `{argument}` is no plain argument");
                    return Err(self.refuse(call, message));
                }
            }
        }
        Ok((list, arguments))
    }

    /// A number as it must be written to be read alike everywhere.
    pub fn number(self, at: &impl Spanned, literal: &Literal) -> Result<f64, Refusal> {
        let Literal::Number(text, long) = literal else {
            return Err(self.refuse(at, format!("expected a number, found {literal}")));
        };
        if *long || text.contains(['e', 'E']) {
            return Err(self
                .refuse(at, format!("the number {literal} is not portable"))
                .hint("write the digits out, as in 1000000"));
        }
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| self.refuse(at, format!("{text} is no number")))
    }

    fn syntax(self, error: &ParserError) -> Refusal {
        let (ParserError::ParserError(text) | ParserError::TokenizerError(text)) = error else {
            return Refusal::new("the expression is nested too deeply", 0);
        };
        let (message, place) = match text.rsplit_once(" at Line: ") {
            Some((message, place)) => (message, place),
            None => (text.as_str(), ""),
        };
        let mut numbers = place.split(", Column: ").map(|number| number.trim().parse::<u64>());
        let offset = match (numbers.next(), numbers.next()) {
            (Some(Ok(line)), Some(Ok(column))) => self.offset(Location { line, column }),
            _ => 0,
        };
        let message = message.replacen("Expected: ", "expected ", 1).replacen("found: ", "found ", 1);
        let refusal = Refusal::new(format!("not an SQL expression: {message}"), offset);
        if message.ends_with("found EOF") {
            return refusal
                .hint("it ends too early: close every parenthesis and CASE, and complete the last comparison");
        }
        refusal.hint("write a comparison, CASE or one of the functions that `nines metrics ID` shows in use")
    }

    /// Lines and columns count from 1, columns in characters; 0 stands for an unknown place.
    fn offset(self, place: Location) -> usize {
        let line = usize::try_from(place.line.max(1) - 1).unwrap_or(0);
        let column = usize::try_from(place.column.max(1) - 1).unwrap_or(0);
        let before: usize = self.0.split_inclusive('\n').take(line).map(str::len).sum();
        let rest = self.0.get(before..).unwrap_or("");
        before + rest.chars().take(column).map(char::len_utf8).sum::<usize>()
    }
}
