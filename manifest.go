// Package azeerslack carries into the program what lies beside the code: the Slack app's
// manifest, and samples of what the bot says. The program itself is cmd/azeer-slack; what
// each folder is for stands in README.md.
package azeerslack

import "embed"

// Manifest is manifest.yaml, the file from which the Slack app is created. The demo's
// workspace allows what it declares, and `azeer-slack check` holds it against what the
// program needs.
//
//go:embed manifest.yaml
var Manifest []byte

// WorkflowManifest is manifest.workflow.yaml: the same app with a step for Workflow Builder.
//
//go:embed manifest.workflow.yaml
var WorkflowManifest []byte

// Goldens are samples of every message and view of the bot in Block Kit's JSON, as its tests hold them:
// bot/render/testdata/message_x.golden.json, view_x.golden.json, and with a language before
// ".golden.json" where it is not English. The page shows them in its gallery.
//
//go:embed bot/render/testdata/*.golden.json
var Goldens embed.FS
