//! Tests that one look at a value answers, all at once: equality with constants, order against numbers, truthiness.
//!
//! Each constant that some test compares with is a *point*. For each point it is known which equality tests hold there, as a row of bits or, where they are
//! few, a list. Tests of order are sorted by their constant, so that those that hold are neighbours.

use std::cmp::Ordering;

use super::bits::small;
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
    rows: Box<[Row]>,
    lists: Box<[u32]>,
    bits: Box<[u64]>,
    /// How many tests are of equality: these come first.
    among: u32,
    truthy: Option<u32>,
    cuts: Cuts,
    greater: Bounds,
    less: Bounds,
}

/// The equality tests that hold at a point.
#[derive(Clone, Copy, Debug)]
enum Row {
    /// These numbers, from here on, so many.
    List(u32, u32),
    /// Words of bits, from here on, so many.
    Bits(u32, u32),
}

/// Where a number may lie: between two constants that tests of order compare with, or on one. Place `2 * i` is before constant `i` and behind the one before
/// it, place `2 * i + 1` on it.
#[derive(Debug, Default)]
struct Cuts {
    constants: Box<[Exact]>,
    /// The same, where each is exact as it is.
    floats: Option<Box<[f64]>>,
}

impl Cuts {
    fn new(constants: Vec<Exact>) -> Cuts {
        let floats = constants.iter().map(|constant| as_float(constant.number())).collect();
        Cuts { constants: constants.into(), floats }
    }

    fn place(&self, number: Number) -> usize {
        if let (Some(floats), Some(float)) = (&self.floats, as_float(number)) {
            let at = floats.partition_point(|constant| *constant < float);
            return 2 * at + usize::from(floats.get(at).is_some_and(|constant| *constant <= float));
        }
        let at = self.constants.partition_point(|constant| constant.number().order(number).is_lt());
        2 * at + usize::from(self.constants.get(at).is_some_and(|constant| constant.number().order(number).is_eq()))
    }
}

/// A number as a Float of the very same value.
fn as_float(number: Number) -> Option<f64> {
    const EXACT: u64 = 1 << 53;
    match number {
        Number::Integer(value) if value.unsigned_abs() > EXACT => None,
        Number::Integer(_) | Number::Float(_) => Some(number.to_f64()),
    }
}

/// Tests of order on one side, sorted, numbered from `first` on: where those that hold begin (`Less`) or end (`Greater`), for each place.
#[derive(Debug, Default)]
struct Bounds {
    first: u32,
    count: u32,
    borders: Box<[u32]>,
}

impl Bounds {
    fn new(first: u32, bounds: &[(Exact, Order)], cuts: &Cuts) -> Bounds {
        // A bound is passed from this place on, where values are greater; on the other side, up to it.
        let passed: Vec<usize> = bounds.iter().map(|(constant, order)| cuts.place(constant.number()) + usize::from(order.rank())).collect();
        let places = 0..=2 * cuts.constants.len();
        let borders = places.map(|place| small(passed.partition_point(|passed| *passed <= place))).collect();
        Bounds { first, count: small(bounds.len()), borders }
    }

    fn border(&self, place: usize) -> u32 {
        self.first + self.borders.get(place).copied().unwrap_or(0)
    }

    fn end(&self) -> u32 {
        self.first + self.count
    }
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
            rows: Box::default(),
            lists: Box::default(),
            bits: Box::default(),
            among: 0,
            truthy: None,
            cuts: Cuts::default(),
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
        for is_greater in [true, false] {
            let first = next;
            let mut side = Vec::new();
            for (constant, order, at) in bounds.iter().filter(|(_, order, _)| order.is_greater() == is_greater) {
                side.push((*constant, *order));
                place(*at, next);
                next += 1;
            }
            let bounds = Bounds::new(first, &side, &self.cuts);
            if is_greater {
                self.greater = bounds;
            } else {
                self.less = bounds;
            }
        }
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
        let (mut rows, mut lists, mut bits) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest = members.as_slice();
        for point in 0..self.points() {
            let (row, behind) = rest.split_at(rest.partition_point(|(at, _)| *at <= point));
            rest = behind;
            if small(row.len()) <= width {
                rows.push(Row::List(small(lists.len()), small(row.len())));
                lists.extend(row.iter().map(|(_, test)| self.first + test));
            } else {
                rows.push(Row::Bits(small(bits.len()), width));
                let mut words = vec![0; width as usize];
                for (_, test) in row {
                    super::bits::set(&mut words, *test);
                }
                bits.extend(words);
            }
        }
        (self.rows, self.lists, self.bits) = (rows.into(), lists.into(), bits.into());
    }

    /// How many points there are; the first one stands for all other texts.
    fn points(&self) -> u32 {
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
        self.bucket + self.points() + (test - self.first).saturating_sub(self.among)
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
            Cell::TEXT => self.at(cell.id, cell.payload != 0, marker),
            Cell::NULL => self.at(self.texts + NULL, false, marker),
            Cell::BOOL => self.at(self.texts + if cell.payload == 0 { FALSE } else { TRUE }, cell.payload != 0, marker),
            Cell::INTEGER => self.number(Number::Integer(cell.payload.cast_signed()), marker),
            Cell::FLOAT => {
                if let Some(float) = Float::new(f64::from_bits(cell.payload)) {
                    self.number(Number::Float(float), marker);
                }
            }
            Cell::LIST | Cell::MAP => self.at(0, cell.id != 0, marker),
            // It cannot be read: whoever asks it is evaluated by himself.
            _ => {}
        }
    }

    /// Answers for a value.
    pub(super) fn look_at_value(&self, value: &Value, dictionary: &Dictionary, marker: &mut Marker<'_>) {
        match value {
            Value::Null => self.at(self.texts + NULL, false, marker),
            Value::Bool(value) => self.at(self.texts + if *value { TRUE } else { FALSE }, *value, marker),
            Value::Integer(value) => self.number(Number::Integer(*value), marker),
            Value::Float(value) => self.number(Number::Float(*value), marker),
            Value::Text(text) => self.at(dictionary.id(text.as_bytes()), !text.is_empty(), marker),
            Value::List(_) | Value::Map(_) => self.at(0, value.is_truthy(), marker),
        }
    }

    fn number(&self, number: Number, marker: &mut Marker<'_>) {
        let point = if self.numbers.is_empty() { 0 } else { self.point_of_number(number).unwrap_or(0) };
        let is_zero = match number {
            Number::Integer(value) => value == 0,
            Number::Float(value) => value.get().partial_cmp(&0.0) == Some(Ordering::Equal),
        };
        self.at(point, !is_zero, marker);
        if self.greater.count + self.less.count == 0 {
            return;
        }
        let place = self.cuts.place(number);
        let border = self.greater.border(place);
        marker.fill(self.greater.first, border);
        marker.candidates(self.bucket_of(self.greater.first), self.bucket_of(border));
        let border = self.less.border(place);
        marker.fill(border, self.less.end());
        marker.candidates(self.bucket_of(border), self.bucket_of(self.less.end()));
    }

    #[inline]
    fn at(&self, point: u32, is_truthy: bool, marker: &mut Marker<'_>) {
        match self.rows.get(point as usize) {
            Some(Row::List(start, len)) => {
                for test in self.lists.get(*start as usize..*start as usize + *len as usize).unwrap_or(&[]) {
                    marker.set(*test);
                }
            }
            Some(Row::Bits(start, len)) => marker.copy(self.words.0, self.bits.get(*start as usize..*start as usize + *len as usize).unwrap_or(&[])),
            None => return,
        }
        marker.candidates(self.bucket + point, self.bucket + point + 1);
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
