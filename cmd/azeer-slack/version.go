package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

// release may be set by the linker: -ldflags "-X main.release=v1.2.3".
var release string

func versionCommand(p *program, _ *flag.FlagSet) func(context.Context) int {
	return func(context.Context) int {
		fmt.Fprintf(p.out, "azeer-slack %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return exitDone
	}
}

// version names this build.
func version() string {
	info, _ := debug.ReadBuildInfo()
	return versionOf(release, info)
}

// versionOf takes the linker's word first, then the module's version, then the commit.
func versionOf(linked string, info *debug.BuildInfo) string {
	if linked != "" {
		return linked
	}
	if info == nil {
		return "unknown"
	}
	name := info.Main.Version
	if name == "" || name == "(devel)" {
		name = "devel"
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = " (" + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ", changed since"
		}
	}
	if revision != "" {
		return name + revision + dirty + ")"
	}
	return name
}
