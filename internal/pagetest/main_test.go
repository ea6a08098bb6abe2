package pagetest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// folder is for what all tests share.
var folder string

func TestMain(m *testing.M) {
	// They wait for the page more than they compute.
	_ = flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
	var err error
	if folder, err = os.MkdirTemp("", "pagetest"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	endBrowser()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// build makes the program, once for all tests; without the race detector, also where
// GOFLAGS asks for it: what is looked at here is the page. With no other flags either, what
// go test has compiled serves.
var build = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(folder, "azeer-slack")
	cmd := exec.Command("go", "build", "-race=false", "-o", path, "azeer-slack/cmd/azeer-slack")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return path, nil
})

// Names under which a Chromium may be installed. One without a window of its own does with far less.
var chromiums = []string{
	"chromium-headless-shell", "headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome",
}

// endBrowser ends the browser, if one was started, and waits for it.
var endBrowser = func() {}

// browser starts the one browser of the package. Each visit has a profile of its own in
// it, and so neither cookies nor storage in common with others.
var browser = sync.OnceValues(func() (context.Context, error) {
	path := ""
	for _, name := range chromiums {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, exec.ErrNotFound
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WindowSize(1280, 800))
	for _, name := range []string{
		"disable-gpu", "disable-quic", "disable-component-update", "disable-domain-reliability", "no-pings", "mute-audio", "hide-scrollbars",
	} {
		options = append(options, chromedp.Flag(name, true))
	}
	options = append(options,
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		// Pictures look the same on every machine that has the fonts.
		chromedp.Flag("font-render-hinting", "none"), chromedp.Flag("disable-lcd-text", true), chromedp.Flag("lang", "en-US"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	endBrowser = func() { cancel(); endAllocator() }
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return ctx, nil
})

// chromium returns the browser, or skips the test for want of one.
func chromium(t *testing.T) context.Context {
	t.Helper()
	ctx, err := browser()
	switch {
	case errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true":
		t.Skip("the page needs a browser: install the package chromium-headless-shell, or chromium")
	case err != nil:
		t.Fatalf("start the browser (package chromium-headless-shell or chromium): %v", err)
	}
	return ctx
}
