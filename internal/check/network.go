package check

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// ProxyTo names the proxy through which an address is reached, without user and password;
// empty if there is none.
func ProxyTo(address string) string {
	address = strings.Replace(strings.Replace(address, "wss://", "https://", 1), "ws://", "http://", 1)
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return ""
	}
	via, err := http.ProxyFromEnvironment(r)
	if err != nil || via == nil {
		return ""
	}
	return via.Scheme + "://" + via.Host
}

// networkCure says what to do where an address, which comes from a setting, was not reached.
func networkCure(err error, address, setting string) string {
	host := address
	if u, err := url.Parse(address); err == nil {
		host = u.Host
	}
	proxy := ProxyTo(address)
	var refused *net.OpError
	var noName *net.DNSError
	switch isProxy := proxy != "" && (errors.As(err, &refused) && refused.Op == "proxyconnect" || strings.Contains(err.Error(), "proxyconnect")); {
	case isUntrusted(err):
		return certificateCure(host)
	case isProxy:
		return "the proxy " + proxy + " is not there, or does not let " + host + " through: see HTTPS_PROXY, have it allow CONNECT to " + host +
			" (port 443), or name the host in NO_PROXY if it can be reached without"
	case errors.As(err, &noName):
		return "the name " + noName.Name + " is not found: see the DNS of this machine or container, and " + setting
	case proxy != "":
		return "see the proxy " + proxy + " (HTTPS_PROXY), and " + setting + " (" + host + ")"
	}
	return "let this machine reach " + host + ": a firewall may be in the way, or a proxy be needed (HTTPS_PROXY); or correct " + setting
}

// isUntrusted tells whether a certificate is of nobody whom this machine trusts.
func isUntrusted(err error) bool {
	return errors.As(err, new(x509.UnknownAuthorityError)) || errors.As(err, new(*tls.CertificateVerificationError)) ||
		strings.Contains(err.Error(), "x509:")
}

func certificateCure(host string) string {
	if file := os.Getenv("SSL_CERT_FILE"); file != "" {
		return "SSL_CERT_FILE (" + file + ") does not hold the certificate of whoever signed that of " + host + ": add it to the file"
	}
	return "something on the way shows a certificate of its own for " + host + ", or the system has no list of certificates: " +
		"put the CA's certificate (PEM) into a file, and name it in SSL_CERT_FILE"
}
