package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

var made = commit{"0123456789abcdef0123456789abcdef01234567", "2026-01-05T10:00:00+03:00"}

// The test itself is a Go program with modules in it.
func TestBillListsTheModules(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := billOf(self, "v1.2.3", made)
	if err != nil {
		t.Fatal(err)
	}
	var bom cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(bytes.NewReader(text), cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	var purls []string
	for _, c := range *bom.Components {
		purls = append(purls, c.PackageURL)
	}
	for _, start := range []string{"pkg:golang/std@1.", "pkg:golang/github.com/CycloneDX/cyclonedx-go@v"} {
		if !slices.ContainsFunc(purls, func(p string) bool { return strings.HasPrefix(p, start) }) {
			t.Errorf("%s is not among %v", start, purls)
		}
	}
	sum, err := sha256Of(self)
	if err != nil {
		t.Fatal(err)
	}
	program := bom.Metadata.Component
	if program.Version != "v1.2.3" || (*program.Hashes)[0].Value != sum || bom.Metadata.Timestamp != made.time {
		t.Errorf("the program is described as %+v, made at %s", program, bom.Metadata.Timestamp)
	}
	again, err := billOf(self, "v1.2.3", made)
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("the same program gives another list (%v)", err)
	}
}

func TestChecksumsAreInTheFormOfSha256sum(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, text := range map[string]string{"b": "", "a": "abc"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeChecksums(folder); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(folder, checksums))
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n" +
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"
	if err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestNothingIsBuiltForWhatIsNoRelease(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "older"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{},
		{"-version", "1.2.3"},
		{"-version", "v1.2"},
		{"-version", "v01.2.3"},
		{"-version", "v1.2.3 -X main.commit="},
		{"-version", "v1.2.3", "-out", full},
	} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%q builds a release", args)
		}
	}
}

func TestVersionsOfReleases(t *testing.T) {
	t.Parallel()
	for _, v := range []string{"v0.1.0", "v1.2.3", "v10.20.30-rc.1"} {
		if !versionShape.MatchString(v) {
			t.Errorf("%s is none", v)
		}
	}
}
