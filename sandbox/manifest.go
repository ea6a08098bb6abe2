package sandbox

import "azeer-slack/sandbox/manifest"

// What the app declares decides what works in the workspace; see package manifest.
type (
	Manifest     = manifest.Manifest
	SlashCommand = manifest.SlashCommand
	Shortcut     = manifest.Shortcut
)

// ParseManifest reads the app's manifest; the error names every problem with its path.
func ParseManifest(yaml []byte) (*Manifest, error) { return manifest.Parse(yaml) }
