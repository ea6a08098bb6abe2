package check

import (
	"context"
	"net/url"

	"azeer-slack/bot/socket"

	"github.com/slack-go/slack"
)

// slackSocket is the host that sockets go to, as far as is known; for when Slack has named none.
const slackSocket = "wss://wss-primary.slack.com/"

// examineSocket tries the app-level token, and reaches the host of the sockets. The address that
// comes back is a ticket for one socket; nobody uses it, and it lapses within seconds.
func (d *doctor) examineSocket(ctx context.Context) {
	address := d.examineAppToken(ctx)
	if address == "" && d.SlackURL == "https://slack.com/api/" {
		address = slackSocket
	}
	if address == "" {
		d.skip("the host of the sockets", "Slack has not named it")
		return
	}
	if why := d.unusable("HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE"); why != "" {
		d.skip("the host of the sockets", why)
		return
	}
	host := address
	if u, err := url.Parse(address); err == nil {
		host = u.Host
	}
	way := ""
	if proxy := ProxyTo(address); proxy != "" {
		way = " through " + proxy
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	if err := socket.Reach(ctx, address); err != nil {
		d.bad("the host of the sockets, "+host+", is not reached"+way+": "+err.Error(), networkCure(err, address, "SLACK_API_URL"))
		return
	}
	d.good("the host of the sockets, %s, is reached%s", host, way)
}

// examineAppToken gives the address of a socket; empty if there is none.
func (d *doctor) examineAppToken(ctx context.Context) string {
	if why := d.unusable("SLACK_APP_TOKEN", "SLACK_API_URL", "HTTPS_PROXY", "SSL_CERT_FILE"); why != "" {
		d.skip("the app-level token", why)
		return ""
	}
	if d.deaf {
		d.skip("the app-level token", "Slack could not be asked")
		return ""
	}
	_, address, err := d.slack(slack.OptionAppLevelToken(d.AppToken.Reveal())).StartSocketModeContext(ctx)
	if err != nil {
		d.slackFailed("SLACK_APP_TOKEN", GetAppToken, err)
		return ""
	}
	d.good("Slack takes the app-level token: a socket may be opened")
	return address
}
