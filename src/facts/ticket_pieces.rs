//! The life of one ticket cut at every moment at which it changes hands or what it is about: pieces that are one thing only, and
//! that sum to the life.

use super::clock_course::Course;
use super::clock_wait::Wait;

/// What a ticket does in a piece of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// Nobody knows: before the first step that says a state, or where time on hold can't be placed.
    Unknown,
    /// Open; the log names no people, so nobody knows whether somebody had it.
    Open,
    /// Nobody had it yet.
    Queue,
    /// Somebody had it.
    Work,
    /// It waited.
    Wait(Wait),
    /// It stood resolved before it came back.
    Done,
}

/// A piece of a life; instants are µs UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub from: i64,
    pub to: i64,
    /// The stay: 0 before any team had it, then counted from 1.
    pub stay: usize,
    pub doing: Doing,
}

/// What is known of one ticket's life. Instants are µs UTC.
#[derive(Clone, Copy)]
pub(super) struct Lived<'a> {
    /// Opened, and ended or as-of.
    pub life: (i64, i64),
    pub course: Option<&'a Course>,
    /// When each stay began.
    pub stays: &'a [i64],
    /// When each was first touched; the first is that of no stay.
    pub touches: &'a [Option<i64>],
    /// The first step that says a state.
    pub told_from: Option<i64>,
    /// Whether the log names people.
    pub names_people: bool,
    /// Whether all time on hold is placed.
    pub placed: bool,
}

impl Lived<'_> {
    /// The stay at an instant.
    pub(super) fn stay_at(&self, at: i64) -> usize {
        self.stays.partition_point(|from| *from <= at)
    }

    fn doing_at(&self, at: i64) -> Doing {
        let Some(course) = self.course.filter(|_| self.placed && self.told_from.is_some_and(|from| from <= at)) else {
            return Doing::Unknown;
        };
        let inside = |span: &(i64, i64)| span.0 <= at && at < span.1;
        if course.done.iter().any(inside) {
            return Doing::Done;
        }
        if let Some((wait, ..)) = course.waited.iter().find(|(_, from, to)| inside(&(*from, *to))) {
            return Doing::Wait(*wait);
        }
        let touched = self.touches.get(self.stay_at(at)).copied().flatten();
        match (self.names_people, touched) {
            (false, _) => Doing::Open,
            (true, Some(touched)) if touched <= at => Doing::Work,
            (true, _) => Doing::Queue,
        }
    }

    /// The pieces, in order: they tile the life.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let (opened, ended) = self.life;
        let mut cuts: Vec<i64> = vec![opened, ended];
        cuts.extend(self.stays.iter().chain(self.touches.iter().flatten()).chain(&self.told_from));
        if let Some(course) = self.course {
            cuts.extend(course.done.iter().flat_map(|(from, to)| [*from, *to]));
            cuts.extend(course.waited.iter().flat_map(|(_, from, to)| [*from, *to]));
        }
        cuts.retain(|at| (opened..=ended).contains(at));
        cuts.sort_unstable();
        cuts.dedup();
        let whole = cuts.windows(2).filter_map(|pair| match pair {
            [from, to] => Some(Piece { from: *from, to: *to, stay: self.stay_at(*from), doing: self.doing_at(*from) }),
            _ => None,
        });
        whole.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn course(waited: &[(Wait, i64, i64)], done: &[(i64, i64)]) -> Course {
        Course {
            path: None,
            holds: Vec::new(),
            waited: waited.to_vec(),
            has_states: true,
            done: done.to_vec(),
            stops: Vec::new(),
            returns: 0,
            straight: true,
            first_done: None,
            diagnosed: None,
        }
    }

    #[test]
    fn a_life_is_cut_where_something_changes() {
        let course = course(&[(Wait::User, 30, 40)], &[(60, 70)]);
        let touches = [None, Some(20), None];
        let lived = Lived {
            life: (0, 90),
            course: Some(&course),
            stays: &[10, 50],
            touches: &touches,
            told_from: Some(10),
            names_people: true,
            placed: true,
        };
        let told: Vec<_> = lived.pieces().iter().map(|piece| (piece.from, piece.stay, piece.doing)).collect();
        let expected = [
            (0, 0, Doing::Unknown),
            (10, 1, Doing::Queue),
            (20, 1, Doing::Work),
            (30, 1, Doing::Wait(Wait::User)),
            (40, 1, Doing::Work),
            (50, 2, Doing::Queue),
            (60, 2, Doing::Done),
            (70, 2, Doing::Queue),
        ];
        assert_eq!(told, expected);
        let nameless = Lived { names_people: false, ..lived };
        assert_eq!(nameless.doing_at(20), Doing::Open);
        assert_eq!(Lived { placed: false, ..lived }.doing_at(35), Doing::Unknown);
    }

    proptest! {
        #[test]
        fn pieces_tile_the_life_and_agree_with_each_second(
            life in (0..40_i64, 0..60_i64), stays in prop::collection::btree_set(0..90_i64, 0..5),
            touches in prop::collection::vec(prop::option::of(0..90_i64), 6),
            waits in prop::collection::vec((0..90_i64, 1..20_i64), 0..4), told in prop::option::of(0..60_i64),
        ) {
            let mut waited: Vec<(Wait, i64, i64)> = Vec::new();
            for (from, length) in waits {
                let from = waited.last().map_or(from, |last| last.2.max(from));
                waited.push((Wait::Other, from, from + length));
            }
            let course = course(&waited, &[(33, 44)]);
            let stays: Vec<i64> = stays.into_iter().collect();
            let life = (life.0, life.0 + life.1);
            let (course, touches, told_from) = (Some(&course), touches.as_slice(), told);
            let lived = Lived { life, course, stays: &stays, touches, told_from, names_people: true, placed: true };
            let pieces = lived.pieces();
            for at in life.0..life.1 {
                let there: Vec<_> = pieces.iter().filter(|piece| piece.from <= at && at < piece.to).collect();
                prop_assert_eq!(there.len(), 1);
                prop_assert_eq!(there[0].doing, lived.doing_at(at));
                prop_assert_eq!(there[0].stay, stays.iter().filter(|from| **from <= at).count());
            }
            prop_assert_eq!(pieces.iter().map(|piece| piece.to - piece.from).sum::<i64>(), life.1 - life.0);
        }
    }
}
