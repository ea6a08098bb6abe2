// Command release builds what a release consists of: a static program for each platform, a bill of materials (SBOM) beside
// each, and the checksums of them all. The release workflow runs it, and so does every run of .ci/run, so that it works on
// the day it is needed.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
)

// platform is one that the program is built for.
type platform struct{ os, arch string }

var platforms = []platform{
	{"linux", "amd64"},
	{"linux", "arm64"},
	{"darwin", "amd64"},
	{"darwin", "arm64"},
	{"windows", "amd64"},
}

const checksums = "SHA256SUMS"

// A version of a release: semantic, without build metadata.
var versionShape = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "release: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	version := flags.String("version", "", "the release, such as v1.2.3")
	folder := flags.String("out", "dist", "a folder for the files; it must be empty, or not there")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !versionShape.MatchString(*version) {
		return fmt.Errorf("-version %q is not of the shape v1.2.3", *version)
	}
	from, err := commitHere(ctx)
	if err != nil {
		return err
	}
	if err := emptyFolder(*folder); err != nil {
		return err
	}
	for _, p := range platforms {
		name, err := build(ctx, p, *version, from, *folder)
		if err != nil {
			return fmt.Errorf("build for %s/%s: %w", p.os, p.arch, err)
		}
		fmt.Fprintln(out, name)
	}
	return writeChecksums(*folder)
}

// commit is what a release is built from.
type commit struct {
	hash string
	time string // RFC 3339
}

func commitHere(ctx context.Context) (commit, error) {
	said, err := exec.CommandContext(ctx, "git", "log", "-1", "--format=%H %cI").Output()
	if err != nil {
		return commit{}, fmt.Errorf("ask git for the commit: %w", err)
	}
	hash, at, _ := strings.Cut(strings.TrimSpace(string(said)), " ")
	return commit{hash, at}, nil
}

// emptyFolder makes a folder. Files of an earlier build would get into the checksums.
func emptyFolder(name string) error {
	if err := os.MkdirAll(name, 0o755); err != nil {
		return err
	}
	files, err := os.ReadDir(name)
	if err != nil {
		return err
	}
	if len(files) > 0 {
		return fmt.Errorf("the folder %s is not empty", name)
	}
	return nil
}

// build makes the program for p, and its bill of materials, and gives the program's file name.
func build(ctx context.Context, p platform, version string, from commit, folder string) (string, error) {
	name := fmt.Sprintf("azeer-slack_%s_%s_%s", version, p.os, p.arch)
	file := name
	if p.os == "windows" {
		file += ".exe"
	}
	path := filepath.Join(folder, file)
	compile := exec.CommandContext(ctx, "go", "build", "-trimpath",
		"-ldflags", "-s -w -X main.release="+version+" -X main.commit="+from.hash,
		"-o", path, "azeer-slack/cmd/azeer-slack")
	compile.Env = append(os.Environ(), "GOOS="+p.os, "GOARCH="+p.arch, "CGO_ENABLED=0")
	if said, err := compile.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, said)
	}
	bom, err := billOf(path, version, from)
	if err != nil {
		return "", fmt.Errorf("list what is in %s: %w", file, err)
	}
	return file, os.WriteFile(filepath.Join(folder, name+".cdx.json"), bom, 0o644)
}

// writeChecksums lists the folder's files, in the form that sha256sum -c reads.
func writeChecksums(folder string) error {
	files, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var list strings.Builder
	for _, f := range files {
		sum, err := sha256Of(filepath.Join(folder, f.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "%s  %s\n", sum, f.Name())
	}
	return os.WriteFile(filepath.Join(folder, checksums), []byte(list.String()), 0o644)
}

func sha256Of(path string) (sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
