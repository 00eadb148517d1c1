//! Symmetric matrices and their Cholesky factors, small and dense.

/// The lower triangle of a symmetric matrix, row by row.
#[derive(Debug, Clone)]
pub(super) struct Lower {
    size: usize,
    rows: Vec<f64>,
}

impl Lower {
    /// The matrix with these entries; asked for at and below the diagonal only.
    pub(super) fn new(size: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        let rows = (0..size).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|(i, j)| entry(i, j)).collect();
        Self { size, rows }
    }

    fn row(&self, i: usize) -> &[f64] {
        let start = i * (i + 1) / 2;
        &self.rows[start..=start + i]
    }

    /// `L` with `L Lᵀ` equal to this matrix; `None` when it is not positive definite.
    pub(super) fn factor(mut self) -> Option<Self> {
        for i in 0..self.size {
            let start = i * (i + 1) / 2;
            let (above, here) = self.rows.split_at_mut(start);
            for j in 0..=i {
                let other = j * (j + 1) / 2;
                let own = &here[..j];
                if j < i {
                    let sum = dot(own, &above[other..other + j]);
                    here[j] = (here[j] - sum) / above[other + j];
                } else {
                    let left = here[i] - dot(own, own);
                    if left.is_nan() || left <= 0.0 {
                        return None;
                    }
                    here[i] = left.sqrt();
                }
            }
        }
        Some(self)
    }

    /// Solves `L x = b` for a factor, in place.
    pub(super) fn forward(&self, b: &mut [f64]) {
        for i in 0..self.size {
            let row = self.row(i);
            b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
        }
    }

    /// Solves `Lᵀ x = b` for a factor, in place.
    pub(super) fn backward(&self, b: &mut [f64]) {
        for i in (0..self.size).rev() {
            let row = self.row(i);
            let x = b[i] / row[i];
            b[i] = x;
            for (left, here) in b[..i].iter_mut().zip(row) {
                *left -= here * x;
            }
        }
    }

    /// The logarithm of the determinant of the matrix whose factor this is.
    pub(super) fn log_determinant(&self) -> f64 {
        2.0 * (0..self.size).map(|i| self.row(i)[i].ln()).sum::<f64>()
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
