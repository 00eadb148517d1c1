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
    pub(super) fn factor(mut self) -> Option<Self> {
        for j in 0..self.size {
            let start = self.start(j);
            let (before, here) = self.columns.split_at_mut(start);
            let here = &mut here[..self.size - j];
            let mut rest = &*before;
            for k in 0..j {
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
        }
        Some(self)
    }

    /// Solves `L x = b` for a factor, in place.
    pub(super) fn forward(&self, b: &mut [f64]) {
        for j in 0..self.size {
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

/// Takes so many times what stands in `column` from each entry.
fn take(from: &mut [f64], times: f64, column: &[f64]) {
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
}
