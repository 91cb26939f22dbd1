//! Tests that one look at a value answers, all at once: equality with constants, order against numbers, truthiness.
//!
//! Each constant that some test compares with is a *point*. For each point it is known which equality tests hold there, as a row of bits or, where they are
//! few, a list. Tests of order are sorted by their constant, so that those that hold are neighbours.

use std::cmp::Ordering;

use super::bits::small;
use super::cuts::Cuts;
use super::marker::Marker;
use super::test::{Atom, Exact, Order, Question};
use crate::context::{Cell, Dictionary};
use crate::value::{Float, Number, Value};

/// The tests of one source.
#[derive(Debug)]
pub(super) struct Points {
    /// The number of the first test, which begins a word.
    first: u32,
    words: (u32, u32),
    /// The bucket of the first point. Behind the points, the other tests have one each.
    bucket: u32,
    /// How many texts there are; the points of these are their ids.
    texts: u32,
    numbers: Box<[Exact]>,
    points: Box<[Point]>,
    lists: Box<[u32]>,
    bits: Box<[u64]>,
    /// How many tests are of equality: these come first.
    among: u32,
    truthy: Option<u32>,
    cuts: Cuts,
    /// What holds at each place that a number may have among the cuts.
    steps: Box<[Step]>,
    greater: Bounds,
    less: Bounds,
}

/// What holds at a point, and where the candidates stand that it leads to.
#[derive(Clone, Copy, Debug)]
struct Point {
    row: Row,
    entries: (u32, u32),
}

/// So few words of bits are copied for each point, be they empty or not.
const NARROW: u32 = 4;

/// The equality tests that hold at a point.
#[derive(Clone, Copy, Debug)]
enum Row {
    /// These numbers, from here on, so many.
    List(u32, u32),
    /// Words of bits, from here on, so many.
    Bits(u32, u32),
}

/// Tests of order on one side, sorted, numbered from `first` on, and the entries below them all.
#[derive(Debug, Default)]
struct Bounds {
    first: u32,
    count: u32,
    entries: (u32, u32),
}

impl Bounds {
    fn end(&self) -> u32 {
        self.first + self.count
    }
}

/// Where the tests that hold end (of `greater`) and begin (of `less`), and likewise the entries below them.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    greater: u32,
    less: u32,
    greater_entries: u32,
    less_entries: u32,
}

/// For each place among the cuts, how many of some sorted tests of order lie before it: where values are greater, these hold; on the other side, the others.
fn borders(bounds: &[(Exact, Order)], cuts: &Cuts) -> impl Iterator<Item = u32> + use<> {
    let passed: Vec<usize> = bounds.iter().map(|(constant, order)| cuts.place(constant.number()) + usize::from(order.rank())).collect();
    let places = 0..cuts.places();
    places.map(move |place| small(passed.partition_point(|passed| *passed <= place)))
}

/// A point that is no text and no number, counted from behind the texts.
const NULL: u32 = 1;
const FALSE: u32 = 2;
const TRUE: u32 = 3;
const FIRST_NUMBER: u32 = 4;

impl Points {
    /// Lays out the tests of a source from a word and a bucket on; gives the number of each.
    pub(super) fn new(tests: &[&Question], dictionary: &Dictionary, first_word: u32, bucket: u32) -> (Points, Vec<u32>) {
        let texts = small(dictionary.len());
        let mut numbers: Vec<Exact> = Vec::new();
        for atom in tests.iter().flat_map(|question| atoms(question)) {
            if let Atom::Number(number) = atom {
                numbers.push(*number);
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        let first = first_word * 64;
        let mut points = Points {
            first,
            words: (first_word, first_word),
            bucket,
            texts,
            numbers: numbers.into(),
            points: Box::default(),
            lists: Box::default(),
            bits: Box::default(),
            among: 0,
            truthy: None,
            cuts: Cuts::default(),
            steps: Box::default(),
            greater: Bounds::default(),
            less: Bounds::default(),
        };
        let mut placed = vec![0; tests.len()];
        points.lay_out(tests, &mut placed);
        points.fill_rows(tests, &placed, dictionary);
        (points, placed)
    }

    /// Numbers the tests: those of equality, truthiness, lower bounds, upper bounds.
    fn lay_out(&mut self, tests: &[&Question], placed: &mut [u32]) {
        let mut bounds: Vec<(Exact, Order, usize)> = Vec::new();
        let mut truthy = None;
        let mut next = self.first;
        for (at, question) in tests.iter().enumerate() {
            match question {
                Question::Among(_) => {
                    if let Some(place) = placed.get_mut(at) {
                        *place = next;
                    }
                    next += 1;
                }
                Question::Truthy => truthy = Some(at),
                Question::Order(order, constant) => bounds.push((*constant, *order, at)),
                Question::TextOrder(..) | Question::Has(_) | Question::StartsWith(_) | Question::EndsWith(_) | Question::Pattern(_) => {}
            }
        }
        self.among = next - self.first;
        let mut place = |at: usize, number: u32| {
            if let Some(place) = placed.get_mut(at) {
                *place = number;
            }
        };
        if let Some(at) = truthy {
            self.truthy = Some(next);
            place(at, next);
            next += 1;
        }
        bounds.sort_by(|(one, order, _), (other, other_order, _)| one.cmp(other).then(order.rank().cmp(&other_order.rank())));
        let mut constants: Vec<Exact> = bounds.iter().map(|(constant, ..)| *constant).collect();
        constants.dedup();
        self.cuts = Cuts::new(constants);
        let [greater, less] = [true, false].map(|is_greater| {
            let first = next;
            let mut side = Vec::new();
            for (constant, order, at) in bounds.iter().filter(|(_, order, _)| order.is_greater() == is_greater) {
                side.push((*constant, *order));
                place(*at, next);
                next += 1;
            }
            (Bounds { first, count: small(side.len()), entries: (0, 0) }, borders(&side, &self.cuts))
        });
        let steps = greater.1.zip(less.1);
        self.steps = steps.map(|(one, other)| Step { greater: greater.0.first + one, less: less.0.first + other, ..Step::default() }).collect();
        (self.greater, self.less) = (greater.0, less.0);
        self.words.1 = next.div_ceil(64).max(self.words.0);
    }

    fn fill_rows(&mut self, tests: &[&Question], placed: &[u32], dictionary: &Dictionary) {
        let mut members: Vec<(u32, u32)> = Vec::new();
        for (question, number) in tests.iter().zip(placed) {
            members.extend(atoms(question).iter().filter_map(|atom| Some((self.point(atom, dictionary)?, number - self.first))));
        }
        members.sort_unstable();
        members.dedup();
        let width = self.among.div_ceil(64);
        let (mut points, mut lists, mut bits) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest = members.as_slice();
        for point in 0..self.count() {
            let (row, behind) = rest.split_at(rest.partition_point(|(at, _)| *at <= point));
            rest = behind;
            let row = if width > NARROW && small(row.len()) <= width {
                let start = small(lists.len());
                lists.extend(row.iter().map(|(_, test)| self.first + test));
                Row::List(start, small(row.len()))
            } else {
                let start = small(bits.len());
                let mut words = vec![0; width as usize];
                row.iter().for_each(|(_, test)| _ = super::bits::set(&mut words, *test));
                bits.extend(words);
                Row::Bits(start, width)
            };
            points.push(Point { row, entries: (0, 0) });
        }
        (self.points, self.lists, self.bits) = (points.into(), lists.into(), bits.into());
    }

    /// Writes down where the candidates stand; for each bucket, `starts` has its first entry.
    pub(super) fn lead(&mut self, starts: &[u32]) {
        let start = |bucket: u32| starts.get(bucket as usize).copied().unwrap_or(0);
        for (point, bucket) in self.points.iter_mut().zip(self.bucket..) {
            point.entries = (start(bucket), start(bucket + 1));
        }
        let start = |test: u32| start(self.bucket_of(test));
        let steps = self.steps.iter().map(|step| Step { greater_entries: start(step.greater), less_entries: start(step.less), ..*step }).collect();
        let [greater, less] = [&self.greater, &self.less].map(|bounds| (start(bounds.first), start(bounds.end())));
        self.steps = steps;
        (self.greater.entries, self.less.entries) = (greater, less);
    }

    /// How many points there are; the first one, which stands for all other texts, leads nowhere.
    fn count(&self) -> u32 {
        self.texts + FIRST_NUMBER + small(self.numbers.len())
    }

    fn point(&self, atom: &Atom, dictionary: &Dictionary) -> Option<u32> {
        match atom {
            Atom::Text(text) => dictionary.literal(text),
            Atom::Null => Some(self.texts + NULL),
            Atom::Bool(value) => Some(self.texts + if *value { TRUE } else { FALSE }),
            Atom::Number(number) => self.point_of_number(number.number()),
        }
    }

    fn point_of_number(&self, number: Number) -> Option<u32> {
        let at = self.numbers.binary_search_by(|known| known.number().order(number)).ok()?;
        Some(self.texts + FIRST_NUMBER + small(at))
    }

    pub(super) fn words(&self) -> (u32, u32) {
        self.words
    }

    /// The bucket behind the last one.
    pub(super) fn last_bucket(&self) -> u32 {
        self.bucket_of(self.less.end())
    }

    fn bucket_of(&self, test: u32) -> u32 {
        self.bucket + self.count() + (test - self.first).saturating_sub(self.among)
    }

    /// The buckets that lead to a test: wherever it holds, one of them is visited.
    pub(super) fn buckets(&self, question: &Question, test: u32, dictionary: &Dictionary) -> Vec<u32> {
        match question {
            Question::Among(atoms) => atoms.iter().filter_map(|atom| Some(self.bucket + self.point(atom, dictionary)?)).collect(),
            Question::Truthy
            | Question::Order(..)
            | Question::TextOrder(..)
            | Question::Has(_)
            | Question::StartsWith(_)
            | Question::EndsWith(_)
            | Question::Pattern(_) => vec![self.bucket_of(test)],
        }
    }

    // ---- looking at a value

    /// Answers for what stands in a slot. The caller has forgotten the tests.
    #[inline]
    pub(super) fn look(&self, cell: Cell, marker: &mut Marker<'_>) {
        match cell.tag {
            Cell::TEXT => self.text(cell.id, cell.payload != 0, marker),
            Cell::NULL => self.at(self.texts + NULL, marker),
            Cell::BOOL => self.bool(cell.payload != 0, marker),
            Cell::INTEGER => self.number(Number::Integer(cell.payload.cast_signed()), marker),
            Cell::FLOAT => {
                if let Some(float) = Float::new(f64::from_bits(cell.payload)) {
                    self.number(Number::Float(float), marker);
                }
            }
            Cell::LIST | Cell::MAP => self.truthy(cell.id != 0, marker),
            // It cannot be read: whoever asks it is evaluated by himself.
            _ => {}
        }
    }

    /// Answers for a value.
    pub(super) fn look_at_value(&self, value: &Value, dictionary: &Dictionary, marker: &mut Marker<'_>) {
        match value {
            Value::Null => self.at(self.texts + NULL, marker),
            Value::Bool(value) => self.bool(*value, marker),
            Value::Integer(value) => self.number(Number::Integer(*value), marker),
            Value::Float(value) => self.number(Number::Float(*value), marker),
            Value::Text(text) => self.text(dictionary.id(text.as_bytes()), !text.is_empty(), marker),
            Value::List(_) | Value::Map(_) => self.truthy(value.is_truthy(), marker),
        }
    }

    #[inline]
    fn text(&self, id: u32, is_truthy: bool, marker: &mut Marker<'_>) {
        if id != 0 {
            self.at(id, marker);
        }
        self.truthy(is_truthy, marker);
    }

    fn bool(&self, value: bool, marker: &mut Marker<'_>) {
        self.at(self.texts + if value { TRUE } else { FALSE }, marker);
        self.truthy(value, marker);
    }

    fn number(&self, number: Number, marker: &mut Marker<'_>) {
        if let Some(point) = self.point_of_number(number) {
            self.at(point, marker);
        }
        let is_zero = match number {
            Number::Integer(value) => value == 0,
            Number::Float(value) => value.get().partial_cmp(&0.0) == Some(Ordering::Equal),
        };
        self.truthy(!is_zero, marker);
        if self.greater.count + self.less.count == 0 {
            return;
        }
        let Some(step) = self.steps.get(self.cuts.place(number)) else { return };
        marker.fill(self.greater.first, step.greater);
        marker.run(self.greater.entries.0, step.greater_entries);
        marker.fill(step.less, self.less.end());
        marker.run(step.less_entries, self.less.entries.1);
    }

    #[inline]
    fn at(&self, point: u32, marker: &mut Marker<'_>) {
        let Some(Point { row, entries }) = self.points.get(point as usize) else { return };
        match *row {
            Row::List(start, len) => {
                for test in self.lists.get(start as usize..start as usize + len as usize).unwrap_or(&[]) {
                    marker.set(*test);
                }
            }
            Row::Bits(start, len) => marker.copy(self.words.0, self.bits.get(start as usize..start as usize + len as usize).unwrap_or(&[])),
        }
        marker.run(entries.0, entries.1);
    }

    #[inline]
    fn truthy(&self, is_truthy: bool, marker: &mut Marker<'_>) {
        if let Some(test) = self.truthy.filter(|_| is_truthy) {
            marker.set(test);
            marker.candidates(self.bucket_of(test), self.bucket_of(test) + 1);
        }
    }
}

fn atoms(question: &Question) -> &[Atom] {
    match question {
        Question::Among(atoms) => atoms,
        Question::Truthy
        | Question::Order(..)
        | Question::TextOrder(..)
        | Question::Has(_)
        | Question::StartsWith(_)
        | Question::EndsWith(_)
        | Question::Pattern(_) => &[],
    }
}
