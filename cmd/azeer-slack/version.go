package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

// What the linker may say: -ldflags "-X main.release=v1.2.3 -X main.commit=0123456789ab…".
var release, commit string

func versionCommand(p *program, _ *flag.FlagSet) func(context.Context) int {
	return func(context.Context) int {
		fmt.Fprintf(p.out, "azeer-slack %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return exitDone
	}
}

// version names this build: its release and its commit.
func version() string {
	info, _ := debug.ReadBuildInfo()
	return versionOf(release, commit, info)
}

// versionOf takes the linker's word first, then what Go recorded of the module and the commit.
func versionOf(release, commit string, info *debug.BuildInfo) string {
	recorded, changed := recordedCommit(info)
	switch {
	case release != "":
	case info == nil:
		release = "unknown"
	case info.Main.Version == "" || info.Main.Version == "(devel)":
		release = "devel"
	default:
		release = info.Main.Version
	}
	if commit == "" {
		commit = recorded
	}
	if commit == "" {
		return release
	}
	commit = commit[:min(12, len(commit))]
	if changed {
		commit += ", changed since"
	}
	return release + " (" + commit + ")"
}

func recordedCommit(info *debug.BuildInfo) (commit string, changed bool) {
	if info == nil {
		return "", false
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value
		case "vcs.modified":
			changed = s.Value == "true"
		}
	}
	return commit, changed
}
