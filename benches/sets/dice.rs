//! Numbers that are the same in every run.

/// xorshift64*.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// From 0 to below 1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.share() * bound as f64) as usize
    }
}

/// Zipf's law: number `n`, counted from 0, is drawn in proportion to `1 / (n + 1)`.
pub(crate) struct Zipf {
    /// For each number, how likely it or one before it is.
    up_to: Vec<f64>,
}

impl Zipf {
    pub(crate) fn new(count: usize) -> Zipf {
        let mut sum = 0.0;
        let mut up_to: Vec<f64> = (1..=count)
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        up_to.iter_mut().for_each(|share| *share /= sum);
        Zipf { up_to }
    }

    pub(crate) fn len(&self) -> usize {
        self.up_to.len()
    }

    pub(crate) fn draw(&self, dice: &mut Dice) -> usize {
        let share = dice.share();
        self.up_to.partition_point(|up_to| *up_to < share).min(self.len().saturating_sub(1))
    }
}
