//! The fact `surveys`: one row an invitation to a survey, with what the answer says on its scale.

use std::collections::BTreeSet;

use polars::prelude::DataFrame;

use super::accounts::Accounts;
use super::columns::{Builder, instant, number, text};
use super::context::Context;
use crate::lake::LakeError;

/// From here on an answer is a satisfied one, on scales that have no two best answers in the usual sense.
const SATISFIED: f64 = 0.8;
/// Subjects whose `ref` is the record that was asked about; that of the others is the group that was asked.
const OF_A_RECORD: [&str; 2] = ["ticket", "service"];

/// One answer on its scale.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Answer {
    score: f64,
    scale: f64,
}

impl Answer {
    /// An answer beyond its scale, or on none, is an error.
    fn new(score: Option<f64>, scale: Option<f64>) -> Option<Self> {
        let (score, scale) = (score?, scale?);
        ((0.0..=scale).contains(&score) && scale > 0.0).then_some(Self { score, scale })
    }

    fn share(self) -> f64 {
        self.score / self.scale
    }

    /// One of the two best answers of four or five; else at least four fifths of the scale.
    fn satisfied(self) -> bool {
        if self.scale == 4.0 || self.scale == 5.0 { self.score >= self.scale - 1.0 } else { self.share() >= SATISFIED }
    }

    /// On a scale to ten: 9 and 10 promote (100), 0 to 6 detract (-100).
    fn promotes(self) -> Option<f64> {
        match self.score {
            _ if self.scale != 10.0 => None,
            score if score >= 9.0 => Some(100.0),
            score if score <= 6.0 => Some(-100.0),
            _ => Some(0.0),
        }
    }
}

/// Builds the fact.
pub(super) fn build(context: &Context) -> Result<DataFrame, LakeError> {
    let frame = context.frame("surveys")?;
    let references = context.references()?;
    let at = instant(&frame, "at", Some(context.as_of))?;
    let rows: Vec<usize> = (0..frame.height()).filter(|row| at[*row].is_some()).collect();
    let of = |name: &str| -> Result<Vec<Option<&str>>, LakeError> {
        let values = text(&frame, name)?;
        Ok(rows.iter().map(|row| values[*row]).collect())
    };
    let (subject, about, service, customer) = (of("subject")?, of("ref")?, of("service")?, of("customer")?);
    let (score, scale) = (number(&frame, "score")?, number(&frame, "scale_max")?);
    let answers: Vec<Option<Answer>> = rows.iter().map(|row| Answer::new(score[*row], scale[*row])).collect();
    let answered: Vec<bool> = rows.iter().map(|row| score[*row].is_some()).collect();
    // Who was asked is known only where those who did not answer were written down, too.
    let asked_known: BTreeSet<Option<&str>> =
        subject.iter().zip(&answered).filter(|(_, answered)| !**answered).map(|(subject, _)| *subject).collect();

    let mut fact = Builder::default();
    for name in ["id", "question"] {
        fact.text(name, of(name)?);
    }
    fact.instant("at", rows.iter().map(|row| at[*row]).collect())?;
    fact.text("subject", subject.clone());
    let record = |row: usize| subject[row].is_none_or(|subject| OF_A_RECORD.contains(&subject));
    fact.text("ref", (0..rows.len()).map(|row| about[row].filter(|_| record(row))).collect::<Vec<_>>());
    fact.text("stakeholder", (0..rows.len()).map(|row| about[row].filter(|_| !record(row))).collect::<Vec<_>>());
    fact.text("service", service.clone());
    let owner = service.iter().map(|name| name.and_then(|name| references.owner.get(name)));
    fact.text("team", owner.collect::<Vec<_>>());
    fact.text("customer", customer.clone());
    Accounts::read(context)?.describe(&mut fact, &customer);
    fact.text("supplier", of("supplier")?);
    let each =
        |of: &dyn Fn(Answer) -> Option<f64>| answers.iter().map(|answer| answer.and_then(of)).collect::<Vec<_>>();
    fact.number("score", each(&|answer| Some(answer.score)));
    fact.number("scale_max", rows.iter().map(|row| scale[*row]).collect());
    fact.number("share", each(&|answer| Some(answer.share())));
    let questions = of("question")?;
    let weight = questions.iter().map(|question| Some(context.project.surveys.weight(*question)));
    fact.number("weight", weight.collect());
    fact.boolean("satisfied", answers.iter().map(|answer| answer.map(Answer::satisfied)).collect());
    fact.number("promotes", each(&Answer::promotes));
    fact.boolean("answered", answered.into_iter().map(Some).collect());
    fact.boolean("asked_known", subject.iter().map(|subject| Some(asked_known.contains(subject))).collect());
    fact.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(score: f64, scale: f64) -> Answer {
        Answer::new(Some(score), Some(scale)).unwrap()
    }

    #[test]
    fn an_answer_beyond_its_scale_is_none() {
        for (score, scale) in [(6.0, 5.0), (-1.0, 5.0), (0.0, 0.0), (f64::NAN, 5.0)] {
            assert_eq!(Answer::new(Some(score), Some(scale)), None);
        }
        assert_eq!((Answer::new(None, Some(5.0)), Answer::new(Some(1.0), None)), (None, None));
    }

    #[test]
    fn two_best_answers_of_few_and_four_fifths_of_many_are_satisfied() {
        let least = |scale: u32| (0..=scale).find(|score| answer(f64::from(*score), f64::from(scale)).satisfied());
        let found = [1, 2, 3, 4, 5, 7, 10, 100].map(|scale| least(scale).unwrap());
        assert_eq!(found, [1, 2, 3, 3, 4, 6, 8, 80]);
    }

    #[test]
    fn only_a_scale_to_ten_has_promoters() {
        let found = [0.0, 6.0, 7.0, 8.0, 9.0, 10.0].map(|score| answer(score, 10.0).promotes().unwrap());
        assert_eq!(found, [-100.0, -100.0, 0.0, 0.0, 100.0, 100.0]);
        assert_eq!(answer(5.0, 5.0).promotes(), None);
    }
}
