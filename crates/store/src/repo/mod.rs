//! One module per aggregate. Functions that read take any executor; functions that write take a transaction.
