// Package journaltest holds what every assign.Journal must keep to, as one suite of
// tests to run on each of them, and starts Postgres servers for tests.
package journaltest
