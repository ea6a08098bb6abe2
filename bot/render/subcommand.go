package render

import (
	"strings"

	"azeer-slack/assign"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// Subcommand is a sub-command: what may be typed in place of a contact and an agent.
type Subcommand string

const (
	HistoryCommand Subcommand = "history" // of a contact, whose number follows
	MineCommand    Subcommand = "mine"    // the requester's own assignments
	DutyCommand    Subcommand = "duty"    // who is on duty, and who is next
	UndoCommand    Subcommand = "undo"    // only says where the button is
	// HandoverCommand gives what one agent has to another; both follow.
	HandoverCommand Subcommand = "handover"
	// OfferCommand offers a contact, whose number follows, to whoever takes it first.
	OfferCommand Subcommand = "offer"
	HelpCommand  Subcommand = "help"
)

// Subcommands are all sub-commands and what they are called, by language. The first name is the
// one that people are shown.
var Subcommands = []struct {
	Word  Subcommand
	Names map[string][]string
	// More tells that something follows. Where nothing may, a line that goes on is an
	// assignment, and the word somebody's name.
	More bool
}{
	{HistoryCommand, map[string][]string{"en": {"history"}, "ar": {"سجل", "السجل"}}, true},
	{MineCommand, map[string][]string{"en": {"mine"}, "ar": {"طلباتي"}}, false},
	{DutyCommand, map[string][]string{"en": {"duty", "oncall", "on-call"}, "ar": {"المناوبة", "مناوبة", "المناوبون", "المناوب"}}, false},
	{UndoCommand, map[string][]string{"en": {"undo"}, "ar": {"تراجع", "التراجع"}}, true},
	{HandoverCommand, map[string][]string{"en": {"handover"}, "ar": {"تسليم", "التسليم"}}, true},
	{OfferCommand, map[string][]string{"en": {"offer"}, "ar": {"عرض", "العرض", "اعرض"}}, true},
	{HelpCommand, map[string][]string{"en": {"help"}, "ar": {"مساعدة", "المساعدة"}}, false},
}

// Name gives the name of the word in a language, the English one failing it.
func (w Subcommand) Name(language string) string {
	for _, each := range Subcommands {
		if names := each.Names[language]; each.Word == w && len(names) > 0 {
			return names[0]
		}
	}
	return string(w)
}

// SubcommandRequest is a sub-command to carry out. In the value of a button it stands for the line
// that should have been typed.
type SubcommandRequest struct {
	// Command is the slash command itself, as this workspace calls it.
	Command string     `json:"s"`
	Word    Subcommand `json:"w"`
	Rest    string     `json:"r,omitempty"`
}

// NotStored says that nothing came of a request, and offers the form with all of it; or, if it
// is pending, that it may yet be stored.
func (v Renderer) NotStored(r assign.Request, pending bool) Message {
	if pending {
		return v.Notice("stored_late", nil)
	}
	return v.Notice("not_stored", nil, v.button("open_form", ActionFix, v.draftOf(r).encode(), slack.StyleDefault))
}

// draftOf fills the form with what was asked for.
func (v Renderer) draftOf(r assign.Request) Draft {
	return Draft{Contact: r.Contact.International(), Agent: v.typedAgain(r.Agent), Note: r.Brief.Note.Reveal()}
}

// Help teaches the command by examples, with a button to the form.
func (v Renderer) Help(command string) Message {
	phone := v.ExamplePhone()
	line := func(words ...string) texts.Code {
		return texts.Code(strings.Join(append([]string{command}, words...), " "))
	}
	return v.Notice("help", texts.Data{
		"ByEmail": line(phone, "omar@example.com"), "ByMention": line(phone, "@omar"),
		"Me": texts.Code(v.Texts.Plain("me", nil)), "Alone": line(),
		"History": line(HistoryCommand.Name(v.language), phone), "Mine": line(MineCommand.Name(v.language)),
		"Handover": line(HandoverCommand.Name(v.language)), "Offer": line(OfferCommand.Name(v.language), phone),
	}, v.button("open_form", ActionOpen, Draft{}.encode(), slack.StylePrimary))
}

// UndoWhere says where Undo is: it takes back one request, and so stands below its answer.
func (v Renderer) UndoWhere(command string) Message {
	line := texts.Code(command + " " + HistoryCommand.Name(v.language) + " " + v.ExamplePhone())
	return v.Notice("undo_where", texts.Data{"Line": line}, v.mineButton(command))
}

// HistoryWhich asks for the contact whose history is wanted.
func (v Renderer) HistoryWhich(command string) Message {
	line := texts.Code(command + " " + HistoryCommand.Name(v.language) + " " + v.ExamplePhone())
	return v.Notice("history_which", texts.Data{"Line": line}, v.mineButton(command))
}

// mineButton lists somebody's own requests.
func (v Renderer) mineButton(command string) *slack.ButtonBlockElement {
	return v.button("mine_open", ActionWord, payload.Encode(SubcommandRequest{Command: command, Word: MineCommand}), slack.StyleDefault)
}

// MentionHelp teaches to mention the bot.
func (v Renderer) MentionHelp(us string) Message {
	return v.Notice("mention_help", texts.Data{
		"Bot": texts.Mention(us), "Rest": v.ExamplePhone() + " omar@example.com",
		"Help": texts.Code(SlashCommand + " " + HelpCommand.Name(v.language)),
	}, v.button("open_form", ActionOpen, Draft{}.encode(), slack.StylePrimary))
}

// MentionLate says that nothing was done, and offers it.
func (v Renderer) MentionLate(r assign.Request, w ButtonRequest) Message {
	return v.Notice("mention_late", v.InProgress(r), v.requestButton("assign_now", actionAgain, w, slack.StylePrimary)...)
}

// Late says that a request reached us after its requester may have given it up, and asks
// whether it is still wanted.
func (v Renderer) Late(r assign.Request, w ButtonRequest) Message {
	return v.Notice("late", v.InProgress(r), v.requestButton("assign_now", actionAgain, w, slack.StylePrimary)...)
}

// PerhapsMeant offers the sub-command that may have been meant.
func (v Renderer) PerhapsMeant(typed string, e SubcommandRequest, line texts.Code) Message {
	button := slack.NewButtonBlockElement(ActionWord, payload.Encode(e), plainText(v.Texts.Line(line), 75))
	return v.Notice("no_such_word", texts.Data{"Typed": texts.Typed(typed), "Line": line},
		styled(button, slack.StylePrimary), v.button("open_form", ActionOpen, Draft{}.encode(), slack.StyleDefault))
}

// SlashCommand is the command as the manifest names it, for people who came another way.
const SlashCommand = "/assign"
