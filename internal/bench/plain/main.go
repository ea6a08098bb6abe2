// Command plain is the bot to compare with: github.com/slack-go/slack and its Socket Mode
// client, with the settings they come with. It acknowledges a command at once, asks Azeer, and
// answers. It stores nothing: what it has acknowledged is lost when it ends. None of the
// program's own code is in it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	api := slack.New(os.Getenv("SLACK_BOT_TOKEN"), slack.OptionAppLevelToken(os.Getenv("SLACK_APP_TOKEN")),
		slack.OptionAPIURL(os.Getenv("SLACK_API_URL")))
	b := &bot{socket: socketmode.New(api)}
	go b.handle(ctx)
	if err := b.socket.RunContext(ctx); !errors.Is(err, context.Canceled) {
		log.Fatal(err)
	}
}

type bot struct{ socket *socketmode.Client }

func (b *bot) handle(ctx context.Context) {
	for e := range b.socket.Events {
		command, ok := e.Data.(slack.SlashCommand)
		if !ok || e.Type != socketmode.EventTypeSlashCommand {
			continue
		}
		if err := b.socket.Ack(*e.Request); err != nil {
			log.Print(err)
			continue
		}
		go b.assign(ctx, command)
	}
}

// assign asks Azeer and answers.
func (b *bot) assign(ctx context.Context, c slack.SlashCommand) {
	contact, agent, _ := strings.Cut(c.Text, " ")
	contact, agent = label(contact), label(agent)
	answer := contact + " now belongs to " + agent + "."
	if err := b.ask(ctx, "966"+strings.TrimPrefix(contact, "0"), agent); err != nil {
		answer = "Not done: " + err.Error()
	}
	err := slack.PostWebhookContext(ctx, c.ResponseURL, &slack.WebhookMessage{Text: answer, ResponseType: slack.ResponseTypeEphemeral})
	if err != nil {
		log.Print(err)
	}
}

func (b *bot) ask(ctx context.Context, contact, agent string) error {
	body := fmt.Sprintf(`{"platform_id":%q,"assigned_platform_id":%q}`, contact, agent)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, os.Getenv("AZEER_BASE_URL")+"/contact/assign", strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+os.Getenv("AZEER_API_KEY"))
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }()
	if _, err := io.Copy(io.Discard, reply.Body); err != nil {
		return err
	}
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("azeer answered %s", reply.Status)
	}
	return nil
}

// label takes what a person sees of a link that Slack made: <tel:0544444444|0544444444>.
func label(link string) string {
	if _, text, ok := strings.Cut(link, "|"); ok {
		return strings.TrimSuffix(text, ">")
	}
	return link
}
