package main

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"azeer-slack/internal/proxytest"
)

// behindTLS serves a sandbox as https://example.com, its sockets as wss://wss.example.com, whose certificate no system trusts.
// It changes the settings in values for that, and gives the certificate's file.
func behindTLS(t *testing.T, values map[string]string) (front *httptest.Server, certFile string) {
	t.Helper()
	slackURL, azeerURL := parsed(t, values["SLACK_API_URL"]), parsed(t, values["AZEER_BASE_URL"])
	const azeerPath = "/azeer"
	front = httptest.NewUnstartedServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", slackURL.Host, slackURL.Host
			if path, ok := strings.CutPrefix(r.In.URL.Path, azeerPath); ok {
				r.Out.URL.Host, r.Out.Host, r.Out.URL.Path = azeerURL.Host, azeerURL.Host, azeerURL.Path+path
			}
		},
		ModifyResponse: func(r *http.Response) error {
			if !strings.HasSuffix(r.Request.URL.Path, "/apps.connections.open") {
				return nil
			}
			body, err := io.ReadAll(r.Body)
			body = bytes.Replace(body, []byte("ws://"+slackURL.Host), []byte("wss://wss.example.com"), 1)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Del("Content-Length")
			return err
		},
		ErrorLog: log.New(io.Discard, "", 0),
	})
	front.Config.ErrorLog = log.New(io.Discard, "", 0)
	front.StartTLS()
	t.Cleanup(front.Close)
	values["SLACK_API_URL"] = "https://example.com" + slackURL.Path
	values["AZEER_BASE_URL"] = "https://example.com" + azeerPath
	certFile = filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})
	if err := os.WriteFile(certFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return front, certFile
}

func parsed(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// The proxy and the certificates stand in .env, and nowhere else.
func TestTheNetworkSettingsOfAnEnvFileHoldForEveryConnection(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"http", "https", "socks5", "socks5h"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			box, values := setUp(t)
			values["HTTP_ADDR"] = ""
			front, certFile := behindTLS(t, values)
			proxy := proxytest.Start(t, kind, front.Listener.Addr().String(), front.TLS.Certificates[0])
			envFile := fmt.Sprintf("https_proxy='%s'\nSSL_CERT_FILE=%s\nNO_PROXY=elsewhere.example\n", proxy.URL(), certFile)

			check, out := child(t, values, "check")
			writeEnvFile(t, check.Dir, envFile)
			if err := check.Run(); err != nil {
				t.Errorf("check: %v\n%s", err, out)
			}
			run, out := child(t, values)
			writeEnvFile(t, run.Dir, envFile)
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			awaitConnection(t.Context(), t, box)
			if d := box.Slack.Person(demoPerson).Command(demoPlace, "/assign 0544444444 omar@twerlo.com"); d.Shown != "" {
				t.Errorf("the command was not taken: %s", d.Shown)
			}
			if err := run.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := run.Wait(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if owner := box.Azeer.Owner("966544444444"); owner != "omar@twerlo.com" {
				t.Errorf("the contact belongs to %q", owner)
			}
			if asked := proxy.Asked(); !slices.Equal(asked, []string{"example.com:443", "wss.example.com:443"}) {
				t.Errorf("the proxy was asked for %q", asked)
			}
			password, _ := proxy.URL().User.Password()
			if !strings.Contains(out.String(), `"proxy":"`+kind+"://127.0.0.1") || strings.Contains(out.String(), password) {
				t.Errorf("the log should name the proxy, without its password:\n%s", out)
			}
		})
	}
}

func writeEnvFile(t *testing.T, folder, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, ".env"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestProxiesAreTakenAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for _, proxy := range []string{"proxy.example:3128", "http://u:p%40ss@proxy.example:3128/", "https://proxy.example", "socks5h://[::1]:1080", "10.0.0.1"} {
		values := complete()
		values["HTTPS_PROXY"] = proxy
		if _, problems := readSettings(from(values)); len(problems) > 0 {
			t.Errorf("HTTPS_PROXY=%s: %v", proxy, problems)
		}
	}
}

func TestALoneHTTPProxyIsNamed(t *testing.T) {
	t.Parallel()
	for alone, proxies := range map[bool]string{true: "HTTP_PROXY=10.0.0.1:3128\n", false: "HTTP_PROXY=10.0.0.1:3128\nHTTPS_PROXY=10.0.0.1:3128\n"} {
		box, values := setUp(t)
		values["HTTP_ADDR"] = ""
		run, out := child(t, values)
		writeEnvFile(t, run.Dir, proxies)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		awaitConnection(t.Context(), t, box) // on loopback, which no proxy is asked for
		if err := run.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := run.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if strings.Contains(out.String(), "HTTP_PROXY has no effect") != alone {
			t.Errorf("with %q it logs\n%s", proxies, out)
		}
	}
}
