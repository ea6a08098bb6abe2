package main

import (
	"bytes"
	"debug/buildinfo"
	"runtime/debug"
	"strings"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

// billOf lists the modules in a program, as Go's linker noted them in it, as CycloneDX JSON. The same program of the same
// commit gives the same list.
func billOf(path, version string, from commit) ([]byte, error) {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return nil, err
	}
	sum, err := sha256Of(path)
	if err != nil {
		return nil, err
	}
	program := component(cyclonedx.ComponentTypeApplication, info.Main.Path, version)
	program.Hashes = &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: sum}}
	program.Properties = properties(info, from)

	parts := []cyclonedx.Component{component(cyclonedx.ComponentTypeLibrary, "std", strings.TrimPrefix(info.GoVersion, "go"))}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		parts = append(parts, component(cyclonedx.ComponentTypeLibrary, m.Path, m.Version))
	}
	var within []string
	for _, c := range parts {
		within = append(within, c.BOMRef)
	}

	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Timestamp: from.time, Component: &program}
	bom.Components = &parts
	bom.Dependencies = &[]cyclonedx.Dependency{{Ref: program.BOMRef, Dependencies: &within}}
	var b bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&b, cyclonedx.BOMFileFormatJSON).SetPretty(true).Encode(bom); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func component(kind cyclonedx.ComponentType, name, version string) cyclonedx.Component {
	purl := "pkg:golang/" + name + "@" + version
	return cyclonedx.Component{BOMRef: purl, Type: kind, Name: name, Version: version, PackageURL: purl}
}

// properties tell how the program was built.
func properties(info *debug.BuildInfo, from commit) *[]cyclonedx.Property {
	all := []cyclonedx.Property{{Name: "git:commit", Value: from.hash}, {Name: "go:version", Value: info.GoVersion}}
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS", "GOARCH", "CGO_ENABLED", "-trimpath":
			all = append(all, cyclonedx.Property{Name: "go:build:" + s.Key, Value: s.Value})
		}
	}
	return &all
}
