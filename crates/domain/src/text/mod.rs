//! Counting and marking up text the way networks do. One file per way of counting.
