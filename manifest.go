// Package azeerslack carries the Slack app's manifest into the program. The program
// itself is cmd/azeer-slack; what each folder is for stands in README.md.
package azeerslack

import _ "embed"

// Manifest is manifest.yaml, the file from which the Slack app is created. The demo's
// workspace allows what it declares, and `azeer-slack check` holds it against what the
// program needs.
//
//go:embed manifest.yaml
var Manifest []byte
