//! Charts with axes, drawn on the server: they need no script, take their colours from the style sheet, and a table beside them says
//! the same. Where things lie is worked out in [`geometry`], which knows nothing of SVG, for whoever draws them elsewhere.

pub mod geometry;
mod line;

pub use line::{Dot, LineChart, Series};
