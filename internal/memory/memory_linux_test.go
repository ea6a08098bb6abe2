package memory

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// The program goes on as before, with less of its file in memory.
func TestRelease(t *testing.T) {
	before := ofFile(t)
	Settle()
	if after := ofFile(t); after >= before {
		t.Errorf("%d kB of the file were in memory, and %d are", before, after)
	}
}

// ofFile is how much of files is in this process's memory, in kB.
func ofFile(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "RssFile:")
	text, _, _ := strings.Cut(rest, "kB")
	kB, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	return kB
}
