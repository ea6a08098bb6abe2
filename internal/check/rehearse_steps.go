package check

import (
	"strings"

	"github.com/slack-go/slack"
)

// What is pressed, by action id; these are no actions of the bot.
const (
	pressPlain, pressPrimary, pressDanger, pressForm = "rehearse_plain", "rehearse_primary", "rehearse_danger", "rehearse_form"
	formID, formMenu, formText                       = "rehearsal", "rehearse_menu", "rehearse_text"
	stepMenu, stepSent                               = "menu", "sent"
)

// step is one thing that has to be seen. Its id is an action's, or one of the last two.
type step struct{ id, said, worked, cure string }

const pressed = "was it pressed? If Slack showed a warning beside it, another copy of the bot runs, or interactivity is off: update the app from manifest.yaml"

var steps = []step{
	{pressPlain, "Press *Press me*", "the button Press me (plain, English)", pressed},
	{pressPrimary, "اضغط على *اضغط هنا*", "the button اضغط هنا (green, Arabic)", pressed},
	{pressDanger, "Press *And me · وأنا أيضًا*", "the button And me (red)", pressed},
	{pressForm, "Press *Open the form · فتح النموذج*", "the form opened", "was the button pressed? If the form did not come within 3 seconds, the network to Slack is slow"},
	{stepMenu, "Open its menu, pick a name · اختيار اسم من القائمة", "the form's menu asked for names", "was the menu opened?"},
	{stepSent, "Press *Send · إرسال*", "the form came back", "was Send pressed?"},
}

func (re *rehearsal) isDone(id string) bool {
	re.mu.Lock()
	defer re.mu.Unlock()
	return re.done[id]
}

// see notes a step.
func (re *rehearsal) see(id string) {
	re.mu.Lock()
	defer re.mu.Unlock()
	if re.done[id] {
		return
	}
	re.done[id] = true
	if len(re.done) == len(steps) {
		close(re.all)
	}
}

const greeting = "*A rehearsal of azeer-slack.* Whoever installs the app tries it with you. Nothing is assigned. Please do this:\n" +
	"*تجربة azeer-slack.* هذه تجربة للتطبيق عند تثبيته، ولن يُسنَد أي عميل. الخطوات:"

// blocks are the message as it stands, with what is done so far, and what is being done.
func (re *rehearsal) blocks(doing string) []slack.Block {
	var list strings.Builder
	for _, s := range steps {
		box := "▫️"
		if s.id == doing || re.isDone(s.id) {
			box = "✅"
		}
		list.WriteString(box + " " + s.said + "\n")
	}
	danger := button(pressDanger, "And me · وأنا أيضًا", slack.StyleDanger)
	form := slack.NewSectionBlock(mrkdwn(list.String()), nil, slack.NewAccessory(button(pressForm, "Open the form · فتح النموذج", slack.StyleDefault)))
	return []slack.Block{
		slack.NewSectionBlock(mrkdwn(greeting), nil, nil), form,
		slack.NewActionBlock("rehearsal", button(pressPlain, "Press me", slack.StyleDefault), button(pressPrimary, "اضغط هنا", slack.StylePrimary), danger),
	}
}

func (re *rehearsal) message() []slack.MsgOption {
	return []slack.MsgOption{slack.MsgOptionText("A rehearsal of azeer-slack · تجربة azeer-slack", false), slack.MsgOptionBlocks(re.blocks("")...)}
}

// farewell is the message without its buttons.
func (re *rehearsal) farewell() []slack.MsgOption {
	text := "✅ *The rehearsal is over: all of it works.* You can delete this message.\n✅ *انتهت التجربة: كل شيء يعمل.* يمكن حذف هذه الرسالة."
	for _, s := range steps {
		if !re.isDone(s.id) {
			text = "⌛ *The rehearsal is over.* What was not seen stands where it was started.\n⌛ *انتهت التجربة.* ما لم يعمل مذكور حيث بدأت."
			break
		}
	}
	return []slack.MsgOption{slack.MsgOptionText(text, false), slack.MsgOptionBlocks(slack.NewSectionBlock(mrkdwn(text), nil, nil))}
}

func rehearsalForm() slack.ModalViewRequest {
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain("Name · الاسم"), formMenu)
	least := 0
	menu.MinQueryLength = &least
	note := slack.NewInputBlock(formText, plain("Anything · أي نص"), nil, slack.NewPlainTextInputBlockElement(nil, formText))
	note.Optional = true
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: formID, Title: plain("Rehearsal · تجربة"), Submit: plain("Send · إرسال"), Close: plain("Cancel · إلغاء"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock(formMenu, plain("Pick a name · اختيار اسم"), nil, menu), note,
		}},
	}
}

// names are what the form's menu offers.
func names() map[string]any {
	options := []*slack.OptionBlockObject{
		slack.NewOptionBlockObject("omar", plain("Omar Hassan"), nil),
		slack.NewOptionBlockObject("layla", plain("ليلى أحمد"), nil),
	}
	return map[string]any{"options": options}
}

func button(action, label string, style slack.Style) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(action, action, plain(label))
	if style != slack.StyleDefault {
		b.Style = style
	}
	return b
}

func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

func mrkdwn(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, false)
}
