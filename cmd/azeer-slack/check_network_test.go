package main

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"

	"azeer-slack/internal/proxytest"
)

// The Web API goes through the proxy, and the socket's host, which is another one, does not.
func TestCheckNamesAProxyThatKeepsTheSocketOut(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"http", "https", "socks5", "socks5h"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			_, values := setUp(t)
			front, certFile := behindTLS(t, values)
			proxy := proxytest.Start(t, kind, front.Listener.Addr().String(), front.TLS.Certificates[0])
			proxy.Refuse("wss.example.com:443")
			values["HTTPS_PROXY"], values["SSL_CERT_FILE"] = proxy.URL().String(), certFile
			check, out := child(t, values, "check")
			if err := check.Run(); err == nil {
				t.Error("check is content")
			}
			for _, want := range []string{
				"✓ Slack takes the bot token", "✓ Slack takes the app-level token", "✓ Azeer takes the key",
				"✗ the host of the sockets, wss.example.com, is not reached through " + kind + "://127.0.0.1:", "does not let wss.example.com through", "NO_PROXY",
			} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
			if password, _ := proxy.URL().User.Password(); strings.Contains(out.String(), password) {
				t.Errorf("shows the password:\n%s", out)
			}
		})
	}
}

func TestAnUnknownCertificateIsNamedWithItsCure(t *testing.T) {
	t.Parallel()
	_, values := setUp(t)
	values["HTTP_ADDR"] = ""
	front, _ := behindTLS(t, values)
	proxy := proxytest.Start(t, "http", front.Listener.Addr().String(), front.TLS.Certificates[0])
	values["HTTPS_PROXY"] = proxy.URL().String()
	check, out := child(t, values, "check")
	if err := check.Run(); err == nil {
		t.Error("check is content")
	}
	if n := strings.Count(out.String(), "name it in SSL_CERT_FILE"); n != 2 { // Slack's and Azeer's
		t.Errorf("the cure stands %d times in\n%s", n, out)
	}
	run, _ := child(t, values)
	awaitLog(t, run, "name it in SSL_CERT_FILE")
}

func TestMisspeltSettingsAreNamedWithTheirCure(t *testing.T) {
	t.Parallel()
	_, values := setUp(t)
	values["HTTP_ADDR"], values["AZEER_TOKEN"], values["LOG_LEVLE"], values["LOG_LEVEL"] = "", "x", "debug", "info"
	const file = "ALOWED_USERS=U0123ABCD\nPATHS=x\n"
	check, out := child(t, values, "check")
	writeEnvFile(t, check.Dir, file)
	if err := check.Run(); err == nil {
		t.Error("check is content")
	}
	if want := "✗ ALOWED_USERS is no setting, so its value has no effect\n    → write ALLOWED_USERS"; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in\n%s", want, out)
	}
	// The right one of these is set, too; or it is no name of ours.
	for _, harmless := range []string{"AZEER_TOKEN", "LOG_LEVLE", "PATHS", "TMPDIR"} {
		if strings.Contains(out.String(), harmless) {
			t.Errorf("%s is named in\n%s", harmless, out)
		}
	}
	run, _ := child(t, values)
	writeEnvFile(t, run.Dir, file)
	awaitLog(t, run, `"name":"ALOWED_USERS","meant":"ALLOWED_USERS"`)
}

func TestValuesThatCannotBeMeantAreNamedWithTheirCure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ value, want string }{
		"SLACK_BOT_TOKEN": {`"xoxb-1"`, "is in quotes, which belong to the value here: leave them out"},
		"LOG_LEVEL":       {`'info'`, "is in quotes"},
		"SLACK_APP_TOKEN": {"xoxe-1-abc", "a refresh token"},
		"AZEER_API_KEY":   {`"`, "✓ AZEER_API_KEY is set"},
	} {
		values := complete()
		values["SLACK_API_URL"], values["AZEER_BASE_URL"] = "http://127.0.0.1:1/api/", "http://127.0.0.1:1/v1"
		values[name] = c.value
		if _, out, _ := started(t, values, "check"); !strings.Contains(out, c.want) {
			t.Errorf("%s=%s: no %q in\n%s", name, c.value, c.want, out)
		}
	}
	values := complete()
	values["SLACK_BOT_TOKEN"] = "xoxe.xoxb-1-abc"
	if code, _, errs := started(t, values, "run"); code != exitUsage || !strings.Contains(errs, "token rotation") || !strings.Contains(errs, "make the app anew") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

// awaitLog starts a process, waits until its log has the words, and ends it.
func awaitLog(t *testing.T, run *exec.Cmd, words string) {
	t.Helper()
	run.Stderr = nil
	log, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	var seen strings.Builder
	lines, found := bufio.NewScanner(log), false
	for !found && lines.Scan() {
		seen.WriteString(lines.Text() + "\n")
		found = strings.Contains(lines.Text(), words)
	}
	if !found {
		t.Errorf("no %q in\n%s", words, &seen)
	}
	_ = run.Process.Kill()
	_ = run.Wait()
}
