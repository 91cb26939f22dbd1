//! Decisions from bytes.

use arbitrary::Unstructured;

use crate::value::Float;

/// Turns the bytes of an input into decisions. Bytes that have run out decide for the first choice, which is always the simplest one.
pub struct Dice<'d> {
    data: Unstructured<'d>,
}

impl<'d> Dice<'d> {
    /// Dice that fall as the bytes say.
    #[must_use]
    pub fn new(bytes: &'d [u8]) -> Dice<'d> {
        Dice { data: Unstructured::new(bytes) }
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.data.int_in_range(0..=sides.saturating_sub(1)).unwrap_or(0)
    }

    /// True once in so many times; never when the bytes have run out.
    pub fn one_in(&mut self, sides: usize) -> bool {
        sides > 0 && self.roll(sides) + 1 == sides
    }

    /// One of these; nothing only where there is nothing.
    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        from.get(self.roll(from.len()))
    }

    /// One of these texts.
    pub fn word(&mut self, from: &[&'static str]) -> &'static str {
        self.pick(from).copied().unwrap_or("")
    }

    /// A whole number, often at an edge.
    pub fn integer(&mut self) -> i64 {
        const EDGES: [i64; 16] =
            [0, 1, 2, 3, -1, 10, 64, 100, 1_767_609_045, -62_135_596_800, 253_402_300_799, 1 << 53, (1 << 53) + 1, i64::MAX, i64::MIN, i64::MIN + 1];
        match self.roll(8) {
            0..=3 => self.data.int_in_range(-4i64..=12).unwrap_or(0),
            4..=5 => self.pick(&EDGES).copied().unwrap_or(0),
            6 => self.data.int_in_range(-100_000i64..=100_000).unwrap_or(0),
            _ => self.data.arbitrary().unwrap_or(0),
        }
    }

    /// A finite number, often at an edge.
    pub fn float(&mut self) -> Float {
        const EDGES: [f64; 18] = [
            0.0,
            0.5,
            1.5,
            -2.5,
            2.0,
            10.87,
            100.0,
            1e-7,
            1e-6,
            9_007_199_254_740_992.0,
            9_223_372_036_854_775_808.0,
            9_223_372_036_854_774_784.0,
            1e20,
            1e21,
            1e308,
            f64::MIN_POSITIVE,
            5e-324,
            1_767_609_045.123_456,
        ];
        let float = match self.roll(4) {
            0..=1 => self.pick(&EDGES).copied().unwrap_or(0.0),
            2 => f64::from(self.data.int_in_range(-1_000_000i32..=1_000_000).unwrap_or(0)) / 64.0,
            _ => self.data.arbitrary().unwrap_or(0.0),
        };
        let float = if self.one_in(8) { -float } else { float };
        // What is no number stands for nothing in particular.
        Float::new(float).or(Float::new(0.0)).unwrap_or_else(|| unreachable!("zero is finite"))
    }

    /// A short text of any characters.
    pub fn noise(&mut self, most: usize) -> String {
        const ALPHABET: [char; 28] = [
            'a',
            'b',
            'Z',
            '0',
            '9',
            ' ',
            '_',
            '.',
            '-',
            '"',
            '\'',
            '\\',
            '\n',
            '\r',
            '\t',
            '\u{0}',
            '\u{7f}',
            '\u{85}',
            'ß',
            'İ',
            'ǆ',
            'Σ',
            'é',
            '\u{301}',
            '\u{202e}',
            '\u{feff}',
            '😀',
            '\u{10ffff}',
        ];
        let length = self.roll(most + 1);
        (0..length)
            .map(|_| match self.roll(4) {
                0..=2 => self.pick(&ALPHABET).copied().unwrap_or('a'),
                _ => self.data.arbitrary().unwrap_or('a'),
            })
            .collect()
    }

    /// Whether all bytes have been used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The bytes that are left.
    pub fn rest(&mut self) -> &'d [u8] {
        let length = self.data.len();
        self.data.bytes(length).unwrap_or(&[])
    }
}
