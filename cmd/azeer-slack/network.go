package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"azeer-slack/internal/check"

	"github.com/rs/zerolog"
)

// networkNames are settings that Go's libraries read from the process's environment.
var networkNames = []string{"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE"}

// spellings are the names under which a setting may stand. Proxies are known in lower case,
// too (https://pkg.go.dev/net/http#ProxyFromEnvironment).
func spellings(name string) []string {
	if strings.HasSuffix(name, "_PROXY") {
		return []string{name, strings.ToLower(name)}
	}
	return []string{name}
}

// heedNetwork puts the network's settings into the process's environment, wherever they
// stand, so that they hold for every connection to Slack and Azeer. Call it before the first
// one: the libraries look there only once.
func heedNetwork(find lookup) {
	for _, name := range networkNames {
		if value, ok := find(name); ok {
			_ = os.Setenv(name, strings.TrimSpace(value)) // fails only for a NUL in it
		}
	}
}

// isLoneHTTPProxy tells of a proxy that nothing will go through.
func isLoneHTTPProxy(find lookup) bool {
	isSet := func(name string) bool { value, _ := find(name); return strings.TrimSpace(value) != "" }
	return isSet("HTTP_PROXY") && !isSet("HTTPS_PROXY")
}

func warnOfLoneHTTPProxy(find lookup, log zerolog.Logger) {
	if isLoneHTTPProxy(find) {
		log.Warn().Msg("HTTP_PROXY has no effect: Slack and Azeer are called by https, for which HTTPS_PROXY holds")
	}
}

// warnOfStrayNames tells of settings that may be misspelt.
func warnOfStrayNames(stray []check.Stray, log zerolog.Logger) {
	for _, s := range stray {
		log.Warn().Str("name", s.Name).Str("meant", s.Meant).Msg("a name in the environment or .env is no setting, and nearly one: its value has no effect")
	}
}

// readProxy takes what net/http takes, which by itself passes over the rest in silence.
func readProxy(_ *Config, value string) error {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Hostname() == "":
		return errors.New("is not an address (percent-encode @ : / ? # and % in a password)")
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
		return errors.New("is of an unknown kind")
	case u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return errors.New("has something behind the host (percent-encode @ : / ? # and % in a password)")
	}
	return nil
}

// readNoProxy refuses entries that net/http would pass over in silence.
func readNoProxy(_ *Config, value string) error {
	for _, entry := range listed(value) {
		if strings.ContainsFunc(entry, notInToken) || strings.Contains(entry, "://") {
			return fmt.Errorf("has %q, which is no host", entry)
		}
	}
	return nil
}

// readCertFile looks into a file that crypto/x509 would pass over in silence.
func readCertFile(_ *Config, value string) error {
	text, err := os.ReadFile(value)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return errors.New("names a file that is not there")
	case errors.Is(err, os.ErrPermission):
		return errors.New("names a file that this user may not read")
	case err != nil:
		return errors.New("names something that cannot be read")
	}
	for len(text) > 0 {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		if _, err := x509.ParseCertificate(block.Bytes); err == nil && block.Type == "CERTIFICATE" {
			return nil
		}
		text = rest
	}
	return errors.New("names a file without a certificate in it (PEM, with a line BEGIN CERTIFICATE)")
}
