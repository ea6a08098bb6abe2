// Package deploy holds the files with which the program is run in various places, and tests that hold them to the program.
// Nothing of the program imports it. What needs the code of Kubernetes, Compose or Prometheus is tried in lint, a module of
// its own; what a release is built with is in release.
package deploy
