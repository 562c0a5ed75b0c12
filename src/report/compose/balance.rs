//! The line in which a section about a flow ends: the stock at the start, what came and what went, the stock at the end, and
//! what they leave over.

use crate::declaration::metric::Unit;
use crate::declaration::report::Balance;
use crate::report::document::Block;
use crate::report::figure;
use crate::report::words::{lower_first, title};
use crate::scorecard::scorecard::Scorecard;

/// The line; none where a figure of it is missing.
pub(super) fn line(scorecard: &Scorecard, flow: &Balance) -> Option<Block> {
    let stock = scorecard.card(&flow.stock, &[])?;
    let (start, end) = (stock.previous.as_ref()?.value?, stock.current().value?);
    let language = &scorecard.language;
    let number = |value: f64| figure::count(language, value);
    let mut text =
        language.say("{stock}: {n} at the start", &[("stock", &title(language, &stock.metric)), ("n", &number(start))]);
    let mut expected = start;
    for (metrics, sign, factor) in [(&flow.plus, "+", 1.0), (&flow.minus, "\u{2212}", -1.0)] {
        for metric in metrics {
            let card = scorecard.card(metric, &[])?;
            let value = card.current().value?;
            expected += factor * value;
            text.push_str(&format!(" {sign} {} {}", number(value), lower_first(title(language, &card.metric))));
        }
    }
    // Counts are exact, as whole numbers are in floating point; sums of other amounts are rounded by it.
    let residual = end - expected;
    let rounded = stock.metric.unit != Unit::Count && residual.abs() < 1e-9 * end.abs().max(1.0);
    let residual = if rounded { 0.0 } else { residual };
    text.push_str(" = ");
    text.push_str(&language.say("{n} at the end", &[("n", &number(end))]));
    text.push_str(". ");
    text.push_str(&match residual {
        0.0 => language.word("Nothing is left over.").to_owned(),
        // Records of one side may lack the instant that the other side counts by.
        _ if residual > 0.0 => language.say("{n} more than that adds up to.", &[("n", &number(residual))]),
        _ => language.say("{n} fewer than that adds up to.", &[("n", &number(-residual))]),
    });
    Some(Block::Note { text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorecard::example;

    fn text(stock: &str, plus: &[&str], minus: &[&str]) -> Option<String> {
        let own = |list: &[&str]| list.iter().map(|id| (*id).to_string()).collect();
        let flow = Balance { stock: stock.to_string(), plus: own(plus), minus: own(minus) };
        match line(&example::rich(), &flow)? {
            Block::Note { text } => Some(text),
            _ => None,
        }
    }

    #[test]
    fn what_is_left_over_is_printed() {
        let scorecard = example::rich();
        let card = |id: &str| scorecard.card(id, &[]).unwrap();
        // Any figure does for the arithmetic: what it moved by, less what is said to have come and gone, is left over.
        let (stock, came) = (card("tickets_opened"), card("incidents"));
        let (start, end) = (stock.previous.as_ref().unwrap().value.unwrap(), stock.current().value.unwrap());
        for (plus, minus, flow) in [(&["incidents"][..], &[][..], 1.0), (&[][..], &["incidents"][..], -1.0)] {
            let residual = end - start - flow * came.current().value.unwrap();
            let ending = match residual {
                0.0 => "Nothing is left over.".to_string(),
                _ if residual > 0.0 => format!("{residual} more than that adds up to."),
                _ => format!("{} fewer than that adds up to.", -residual),
            };
            let found = text("tickets_opened", plus, minus).unwrap();
            assert!(found.ends_with(&ending), "{found} for {residual}");
        }
        assert_eq!(text("tickets_opened", &["no_such_metric"], &[]), None);
    }
}
