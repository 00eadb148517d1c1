//! Symmetric matrices and their Cholesky factors, small and dense.

/// The lower triangle of a symmetric matrix, column by column: what is taken from a column of the factor is then a multiple of another
/// one, which a processor does several entries at a time.
#[derive(Debug, Clone)]
pub(super) struct Lower {
    size: usize,
    columns: Vec<f64>,
}

impl Lower {
    /// The matrix with these entries; asked for at and below the diagonal only.
    pub(super) fn new(size: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        let mut columns = Vec::with_capacity(size * (size + 1) / 2);
        for j in 0..size {
            columns.extend((j..size).map(|i| entry(i, j)));
        }
        Self { size, columns }
    }

    /// Where a column begins, with the entry of the diagonal.
    fn start(&self, j: usize) -> usize {
        j * (2 * self.size + 1 - j) / 2
    }

    fn column(&self, j: usize) -> &[f64] {
        &self.columns[self.start(j)..self.start(j + 1)]
    }

    /// `L` with `L Lᵀ` equal to this matrix; `None` when it is not positive definite.
    pub(super) fn factor(self) -> Option<Self> {
        self.factor_while(|_, _| true)
    }

    /// The same, unless somebody who is shown the number of each column of `L`, and the column, wants no more of it.
    pub(super) fn factor_while(mut self, mut go_on: impl FnMut(usize, &[f64]) -> bool) -> Option<Self> {
        for j in 0..self.size {
            let start = self.start(j);
            let (before, here) = self.columns.split_at_mut(start);
            let here = &mut here[..self.size - j];
            let mut rest = &*before;
            let mut k = 0;
            // Four columns at a time, so that each entry is fetched and put back once for all of them; in the same order as one by one, so
            // that the sums are the same to the last bit.
            while k + 4 <= j {
                let four: [&[f64]; 4] = std::array::from_fn(|n| {
                    let (column, after) = rest.split_at(self.size - k - n);
                    rest = after;
                    &column[j - k - n..]
                });
                take_four(here, four.map(|column| column[0]), four);
                k += 4;
            }
            for k in k..j {
                let (column, after) = rest.split_at(self.size - k);
                take(here, column[j - k], &column[j - k..]);
                rest = after;
            }
            let square = here[0];
            if square.is_nan() || square <= 0.0 {
                return None;
            }
            let root = square.sqrt();
            here.iter_mut().for_each(|entry| *entry /= root);
            if !go_on(j, here) {
                return None;
            }
        }
        Some(self)
    }

    /// Solves `L x = b` for a factor, in place.
    pub(super) fn forward(&self, b: &mut [f64]) {
        let mut j = 0;
        // Four columns at a time, in the same order as one by one.
        while j + 4 <= self.size {
            let four: [&[f64]; 4] = std::array::from_fn(|n| self.column(j + n));
            let (head, rest) = b[j..].split_at_mut(4);
            for n in 0..4 {
                let x = head[n] / four[n][0];
                head[n] = x;
                take(&mut head[n + 1..], x, &four[n][1..4 - n]);
            }
            let times = std::array::from_fn(|n| head[n]);
            take_four(rest, times, std::array::from_fn(|n| &four[n][4 - n..]));
            j += 4;
        }
        for j in j..self.size {
            let column = self.column(j);
            let x = b[j] / column[0];
            b[j] = x;
            take(&mut b[j + 1..], x, &column[1..]);
        }
    }

    /// Solves `Lᵀ x = b` for a factor, in place.
    pub(super) fn backward(&self, b: &mut [f64]) {
        for j in (0..self.size).rev() {
            let column = self.column(j);
            b[j] = (b[j] - dot(&column[1..], &b[j + 1..])) / column[0];
        }
    }

    /// The logarithm of the determinant of the matrix whose factor this is.
    pub(super) fn log_determinant(&self) -> f64 {
        2.0 * (0..self.size).map(|j| self.column(j)[0].ln()).sum::<f64>()
    }
}

/// Takes so many times what stands in each of these columns from each entry.
fn take_four(from: &mut [f64], times: [f64; 4], [a, b, c, d]: [&[f64]; 4]) {
    for ((((entry, a), b), c), d) in from.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *entry = *entry - times[0] * a - times[1] * b - times[2] * c - times[3] * d;
    }
}

/// Takes so many times what stands in `column` from each entry.
pub(super) fn take(from: &mut [f64], times: f64, column: &[f64]) {
    for (entry, x) in from.iter_mut().zip(column) {
        *entry -= times * x;
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_solves_and_has_the_determinant() {
        // [[4, 2], [2, 3]] by hand: L = [[2, 0], [1, √2]], determinant 8.
        let matrix = [[4.0, 2.0], [2.0, 3.0]];
        let factor = Lower::new(2, |i, j| matrix[i][j]).factor().expect("positive definite");
        assert!((factor.log_determinant() - 8.0_f64.ln()).abs() < 1e-12);
        let mut b = [2.0, 3.0];
        factor.forward(&mut b);
        assert!((b[0] - 1.0).abs() < 1e-12 && (b[1] - 2.0_f64.sqrt()).abs() < 1e-12, "{b:?}");
        assert!(Lower::new(2, |_, _| 1.0).factor().is_none(), "singular");
        assert!(Lower::new(1, |_, _| f64::NAN).factor().is_none());
    }

    #[test]
    fn larger_ones_are_the_same_in_steps_of_four_and_the_rest() {
        let entry = |i: usize, j: usize| if i == j { 20.0 } else { 1.0 / (1 + i + j) as f64 };
        for size in 1..=13 {
            let factor = Lower::new(size, entry).factor().expect("positive definite");
            let product = |i: usize, j: usize| -> f64 {
                (0..=i.min(j)).map(|k| factor.column(k)[i - k] * factor.column(k)[j - k]).sum()
            };
            for (i, j) in (0..size).flat_map(|i| (0..=i).map(move |j| (i, j))) {
                assert!((product(i, j) - entry(i, j)).abs() < 1e-12, "{size}: {i} {j}");
            }
            let mut x: Vec<f64> = (0..size).map(|n| n as f64).collect();
            factor.forward(&mut x);
            for i in 0..size {
                let b: f64 = (0..=i).map(|k| factor.column(k)[i - k] * x[k]).sum();
                assert!((b - i as f64).abs() < 1e-12, "{size}: {i}");
            }
            let shown = Lower::new(size, entry).factor_while(|j, _| j + 1 < size);
            assert!(shown.is_none(), "the last column was not wanted");
        }
    }
}
