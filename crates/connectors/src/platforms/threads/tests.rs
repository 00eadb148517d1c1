//! Both sides together, in process.

mod simulator;
