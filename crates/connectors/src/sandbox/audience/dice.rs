//! Numbers that a seed, a purpose and an index decide: whoever asks again gets the same one, in whatever order.

/// Dice that remember nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dice {
    seed: u64,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// FNV-1a of the purpose, then the finalizer of SplitMix64, which spreads neighbouring indices.
    fn bits(self, purpose: &str, index: u64) -> u64 {
        let hashed = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |n, b| (n ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        mixed(mixed(self.seed ^ hashed).wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// Evenly between 0 and 1, never 1.
    pub(super) fn share(self, purpose: &str, index: u64) -> f64 {
        // 53 bits are what a fraction holds exactly.
        (self.bits(purpose, index) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly between two numbers.
    pub(super) fn between(self, purpose: &str, index: u64, (low, high): (f64, f64)) -> f64 {
        low + (high - low) * self.share(purpose, index)
    }

    /// Yes with this probability.
    pub(super) fn happens(self, purpose: &str, index: u64, probability: f64) -> bool {
        self.share(purpose, index) < probability
    }

    /// From the normal distribution around 0 with deviation 1 (Box and Muller 1958).
    pub(super) fn normal(self, purpose: &str, index: u64) -> f64 {
        let radius = (-2.0 * (1.0 - self.share(purpose, index.wrapping_mul(2))).ln()).sqrt();
        let turn = self.share(purpose, index.wrapping_mul(2).wrapping_add(1));
        radius * (std::f64::consts::TAU * turn).cos()
    }

    /// A factor around 1, whose logarithm has this deviation.
    pub(super) fn factor(self, purpose: &str, index: u64, deviation: f64) -> f64 {
        (deviation * self.normal(purpose, index)).exp()
    }

    /// A number for a text, to be used as an index.
    pub(super) fn of(self, text: &str) -> u64 {
        self.bits(text, 0)
    }
}

fn mixed(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spread_as_they_say() {
        let dice = Dice::new(5);
        let normal: Vec<f64> = (0..20_000).map(|n| dice.normal("n", n)).collect();
        let mean = normal.iter().sum::<f64>() / 20_000.0;
        let variance = normal.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
        let hits = (0..20_000).filter(|n| dice.happens("h", *n, 0.25)).count();
        assert!((4_700..5_300).contains(&hits), "{hits}");
        assert_eq!(dice.share("a", 1).to_bits(), Dice::new(5).share("a", 1).to_bits());
        assert_ne!(dice.share("a", 1).to_bits(), dice.share("b", 1).to_bits());
        assert_ne!(dice.share("a", 1).to_bits(), Dice::new(6).share("a", 1).to_bits());
    }
}
