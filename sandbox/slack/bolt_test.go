package slack

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"azeer-slack/sandbox/slack/steps"
)

// boltApp is a small app on Slack's own client.
const boltApp = `
const { App } = require("@slack/bolt");

const plain = (text) => ({ type: "plain_text", text });
const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

app.command("/assign", async ({ ack, respond, command }) => {
  await ack("working");
  await respond({
    text: "done " + command.text,
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: "done " + command.text } },
      { type: "actions", elements: [{ type: "button", action_id: "again", text: plain("Again"), value: "x" }] },
    ],
  });
});

app.action("again", async ({ ack, body, client }) => {
  await ack();
  await client.views.open({
    trigger_id: body.trigger_id,
    view: {
      type: "modal", callback_id: "assign", title: plain("Assign contact"), submit: plain("Assign"),
      blocks: [
        { type: "input", block_id: "contact", label: plain("Contact"),
          element: { type: "plain_text_input", action_id: "contact" } },
        { type: "input", block_id: "agent", label: plain("Agent"),
          element: { type: "external_select", action_id: "agent", min_query_length: 0 } },
      ],
    },
  });
});

app.options("agent", async ({ ack, options }) => {
  await ack({ options: [{ text: plain("Typed " + options.value), value: "omar@twerlo.com" }] });
});

app.view("assign", async ({ ack, view, body, client }) => {
  const contact = view.state.values.contact.contact.value;
  if (contact === "wrong") {
    await ack({ response_action: "errors", errors: { contact: "no number" } });
    return;
  }
  await ack();
  const agent = view.state.values.agent.agent.selected_option.value;
  await client.chat.postMessage({ channel: body.user.id, text: contact + " to " + agent });
});

app.function("assign_step", async ({ inputs, complete, fail }) => {
  if (inputs.contact === "wrong") {
    await fail({ error: "no number" });
    return;
  }
  await complete({ outputs: { outcome: inputs.contact + " assigned", attempts: 1 } });
});

app.start().then(() => console.log("ready"));
`

// TestBoltWorksAgainstTheSandbox holds the sandbox against Slack's own client: if
// Bolt works, the protocol is right.
func TestBoltWorksAgainstTheSandbox(t *testing.T) {
	t.Parallel()
	node, dir := installBolt(t)
	s := begin(t, Config{})
	runBolt(t, s, node, dir)
	omar := s.Slack.Person("omar")

	d := omar.Command("#support", "/assign help")
	if d.Shown != "" || d.Reply == nil || d.Reply.Plain() != "working" {
		t.Fatalf("command: %+v", d)
	}
	// The acknowledgement and the answer take two connections: either may be first.
	seesText(t, omar, "working")
	answer := seesText(t, omar, "done help\n[Again]")
	if d := omar.Click(answer, "Again"); d.Shown != "" || d.Err != nil {
		t.Fatalf("click: %+v", d)
	}
	form, err := omar.Form(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	options, _ := omar.Type(form, "agent", "om")
	if len(options) != 1 || options[0].Text != "Typed om" {
		t.Fatalf("options %v", options)
	}
	omar.Submit(form, map[string]string{"contact": "wrong", "agent": "Typed om"})
	if form.Errors["contact"] != "no number" {
		t.Errorf("form %+v", form)
	}
	omar.Submit(form, map[string]string{"contact": "0544444444"})
	if !form.Closed {
		t.Errorf("form %+v", form)
	}
	if m := sees(t, omar); m.Plain() != "0544444444 to omar@twerlo.com" || m.Where != "@azeer" {
		t.Errorf("message %+v", m)
	}
	if e := completes(t, s, "0544444444"); e.State != steps.Completed || e.Outputs["outcome"] != "0544444444 assigned" {
		t.Errorf("step %+v", e)
	}
	if e := completes(t, s, "wrong"); e.State != steps.Failed || e.Error != "no number" {
		t.Errorf("step %+v", e)
	}
}

// completes tells how the app completes a step of somebody's workflow.
func completes(t *testing.T, s *box, contact string) Execution {
	t.Helper()
	e, err := s.Slack.RunStep("omar", "assign_step", map[string]any{"contact": contact})
	if err == nil {
		e, err = s.Slack.Await(testContext(t), e.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// installBolt puts Bolt into a temporary directory.
func installBolt(t *testing.T) (node, dir string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = exec.LookPath("npm")
	}
	if err != nil {
		missing(t, "Bolt needs node and npm (Node.js 20 or newer): %v", err)
	}
	dir = t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error",
		"@slack/bolt@5.1.0", "undici@7")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		missing(t, "npm cannot install Bolt: %v\n%s", err, out)
	}
	return node, dir
}

// missing skips on a developer's machine and fails where CI=true.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// runBolt starts the app and waits until it is connected.
func runBolt(t *testing.T, s *box, node, dir string) {
	t.Helper()
	script := filepath.Join(dir, "app.js")
	if err := os.WriteFile(script, []byte(boltApp), 0o600); err != nil {
		t.Fatal(err)
	}
	app := exec.CommandContext(t.Context(), node, script)
	app.Dir, app.Stderr = dir, os.Stderr
	app.Env = []string{"PATH=" + os.Getenv("PATH"), "SLACK_API_URL=" + s.Slack.APIURL(),
		"SLACK_APP_TOKEN=" + AppToken, "SLACK_BOT_TOKEN=" + BotToken}
	out, err := app.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = app.Process.Kill()
		_ = app.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "ready" {
			return
		}
		t.Log(lines.Text())
	}
	t.Fatal("Bolt ended before it was ready")
}
