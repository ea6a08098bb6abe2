// Package lint checks the files of deploy with the code of those who read them: Kubernetes' types and its pod security
// standard, Compose's loader, Prometheus' rule reader and query engine, and actionlint. Nothing but tests is here.
//
// It is a module of its own: what it needs is several times what the program needs, and would raise versions of that.
// From the root: go -C deploy/lint test -count=1 ./... (Go does not notice that files outside of a module have changed).
package lint
