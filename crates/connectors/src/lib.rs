//! Carillon connectors.
