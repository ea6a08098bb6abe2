package main

import (
	"fmt"
	"strings"
)

const runHelp = `Connects to Slack and Azeer with the settings from the environment or from .env,
and serves until SIGTERM or Ctrl-C; then finishes what is in hand, within 10 seconds.
A second signal ends it at once. Nothing accepted is lost either way. Closing the terminal
counts as Ctrl-C; without a terminal, SIGHUP does nothing. Nobody has to read the log.

Exit codes: 0 after a signal, 1 when something broke, 2 when settings are missing or wrong.
`

const checkHelp = `Tries everything that "run" needs, and changes nothing: the settings and the manifest, the tokens
and their scopes, the way to the sockets, the Azeer key, and the journal, which is neither made
nor changed. Each line begins with ✓ (right), ✗ (wrong; the cure is below), – (skipped, since
something else is wrong) or · (good to know). Works with half the settings, and while the bot runs.
What the bot says is shown to Slack's validator (blocks.validate); the audit channel is tried by a
message that nobody sees, and the folder of an SQLite journal by a file that does not stay.

With --rehearse and your own Slack id it goes on: it sends you one direct message in both languages
with every kind of button, says what to press, follows it over a real socket for two minutes, and
says what worked. Stop the bot meanwhile. With --contact and --agent it also makes one real
assignment in Azeer, after asking:

    azeer-slack check --rehearse U0123ABCD --contact 0544444444 --agent omar@twerlo.com

Exit codes: 0 if nothing is wrong, 1 if something is, 2 if the command line is wrong.

`

const demoHelp = `Starts a Slack workspace and an Azeer account in a box, on loopback only, and the real bot
against them. Two ways lead into that workspace, at the same time: a page in the browser, and
a prompt here. At either you are a person in it: type

    /assign 0544444444 omar@twerlo.com

At the prompt "help" tells the rest. The page also shows Azeer's side and what happened, with
milliseconds, and has switches for trouble: it can kill the bot, which is a process of its own,
and start it again. Nothing leaves this machine; nothing is kept.

With --page there is the page only, also without a terminal. With --say there is none: it types
for you and prints what happened:

    azeer-slack demo --say '/assign 0544444444 omar@twerlo.com'

Exit code 0 only if every command of --say was answered.

`

// overview is what `azeer-slack --help` prints.
func overview() string {
	var b strings.Builder
	b.WriteString("azeer-slack hands WhatsApp contacts to agents of the Azeer inbox, from Slack.\n\n" +
		"Usage: azeer-slack [command]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-9s %s\n", c.name, c.about)
	}
	b.WriteString("  help      this text; help COMMAND tells more about one\n\n" +
		"New here?  azeer-slack demo\n" +
		"Setting up?  Fill in .env (see .env.example), then azeer-slack check\n\n" +
		"Settings, from the environment or a file .env in this folder (the environment wins):\n\n")
	for _, s := range settings {
		fmt.Fprintf(&b, "  %-19s %s\n", s.name, s.summary())
	}
	b.WriteString("\nExit codes: 0 done, 1 something broke while running, 2 wrong command line or settings.\n")
	return b.String()
}

// summary is the setting's purpose and default in one line of plain text.
func (s setting) summary() string {
	text := strings.ReplaceAll(s.about, "`", "")
	switch {
	case s.required:
		return text + " (required)"
	case s.fallback != "":
		return text + " (" + s.fallback + ")"
	}
	return text
}
