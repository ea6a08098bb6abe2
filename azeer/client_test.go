package azeer_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"azeer-slack/azeer"
)

func TestNew(t *testing.T) {
	t.Parallel()
	insecure := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	refused := map[string]struct {
		key string
		cfg azeer.Config
	}{
		"no key":                   {"", azeer.Config{}},
		"a blank key":              {" \n", azeer.Config{}},
		"a wrapped key":            {"secret\npart", azeer.Config{}},
		"a key with a space":       {"secret part", azeer.Config{}},
		"a key with a tab":         {"secret\tpart", azeer.Config{}},
		"a key with odd letters":   {"secret\u200epart", azeer.Config{}},
		"http":                     {"secret", azeer.Config{BaseURL: "http://api.example.com/v1"}},
		"http to a look-alike":     {"secret", azeer.Config{BaseURL: "http://localhost.example.com"}},
		"another scheme":           {"secret", azeer.Config{BaseURL: "ftp://127.0.0.1/v1"}},
		"no scheme":                {"secret", azeer.Config{BaseURL: "api.mottasl.ai/v1"}},
		"no host":                  {"secret", azeer.Config{BaseURL: "https:///v1"}},
		"a broken URL":             {"secret", azeer.Config{BaseURL: "https://user:secret@%zz"}},
		"a password in the URL":    {"secret", azeer.Config{BaseURL: "https://user:secret@api.example.com"}},
		"a query in the URL":       {"secret", azeer.Config{BaseURL: "https://api.example.com/v1?key=secret"}},
		"a fragment in the URL":    {"secret", azeer.Config{BaseURL: "https://api.example.com/v1#secret"}},
		"certificates unchecked":   {"secret", azeer.Config{Transport: insecure}},
		"a nil transport":          {"secret", azeer.Config{Transport: (*http.Transport)(nil)}},
		"a header injected":        {"secret", azeer.Config{UserAgent: "a\r\nX-Secret: secret"}},
		"time going backwards":     {"secret", azeer.Config{Timeout: -time.Second}},
		"a backoff into the past":  {"secret", azeer.Config{Backoff: -time.Second}},
		"a URL that is only space": {"secret", azeer.Config{BaseURL: " "}},
	}
	for name, c := range refused {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			client, err := azeer.New(c.key, c.cfg)
			if err == nil || client != nil {
				t.Fatalf("New gave %v, %v; want an error", client, err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("error %q quotes what it refuses", err)
			}
		})
	}
	for _, base := range []string{
		"", "https://api.example.com", "https://api.example.com/v1/", "http://127.0.0.1:1/v1",
		"http://localhost:1", "http://[::1]:1/v1", "http://127.8.9.1",
	} {
		t.Run("accepts "+base, func(t *testing.T) {
			t.Parallel()
			if _, err := azeer.New(" secret\n", azeer.Config{BaseURL: base}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestClientPrintsNoKey(t *testing.T) {
	t.Parallel()
	client, err := azeer.New("secret", azeer.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{client, *client, []*azeer.Client{client}, struct{ c *azeer.Client }{client}} {
			if text := fmt.Sprintf(verb, value); strings.Contains(text, "secret") || strings.Contains(text, "736563726574") {
				t.Errorf("%s of a %T shows the key: %s", verb, value, text)
			}
		}
	}
}
