package render

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"azeer-slack/assign"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/texts"

	"github.com/slack-go/slack"
)

// foreignHint is a line below a mistake that points out a foreign number; "" for others.
func (v Renderer) foreignHint(d Draft) string {
	contact, err := line.ParseContact(d.Contact, v.region)
	if err != nil {
		return ""
	}
	if line := v.foreign(contact); line != "" {
		return "\n" + line
	}
	return ""
}

// ForeignLine points out in a form that its number is foreign; nil for others.
func (v Renderer) ForeignLine(contact phone.Number) slack.Block {
	line := v.foreign(contact)
	if line == "" {
		return nil
	}
	return slack.NewContextBlock(blockForeign, slack.NewTextBlockObject(slack.MarkdownType, line, false, false))
}

// OwnerLine says in a form whom its contact was last assigned to.
func (v Renderer) OwnerLine(owner assign.Assignment) slack.Block {
	line := v.Texts.Text("form_owner", texts.Data{
		"Owner": ShortPerson(v.Person(owner.Outcome.Agent)), "When": slackTime(owner.Outcome.At),
	})
	return slack.NewContextBlock(blockOwner, slack.NewTextBlockObject(slack.MarkdownType, line, false, false))
}

// FormMetadata is the private metadata of a form.
type FormMetadata struct {
	payload.Address
	// Shown is the mark of the lines about the contact. What Slack sends of the lines
	// themselves need not be what it was sent: it may spell a flag as :flag-ae:.
	Shown string `json:"shown,omitempty"`
	// Reassign: the form is for a contact that has been assigned, and is called so.
	Reassign bool `json:"reassign,omitempty"`
	// Mine: the form asks for no agent, since that is whoever submits it.
	Mine bool `json:"mine,omitempty"`
	// List are the contacts that the form is about, where it has no field for them: see
	// EncodeContacts.
	List string `json:"list,omitempty"`
}

// DecodeFormMetadata is the note in a form's metadata; an empty one if that cannot be read.
func DecodeFormMetadata(metadata string) (n FormMetadata) {
	_ = json.Unmarshal([]byte(metadata), &n)
	return n
}

// MarkOf tells lines about a contact from others; "" if there are none.
func MarkOf(lines []slack.Block) string {
	if len(lines) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(payload.Encode(lines)))
	return hex.EncodeToString(sum[:6])
}

// IsAbout tells whether a block is one of the lines about the contact or the agent.
func IsAbout(b slack.Block) bool {
	return b.ID() == blockForeign || b.ID() == blockOwner || b.ID() == blockAway
}

// InsertLines puts lines about the contact or the agent below its field in a form, after those
// there: above, they would move what somebody types in, or is about to press.
func InsertLines(form *slack.ModalViewRequest, lines ...slack.Block) {
	for _, line := range lines {
		fields := ChoiceBlocks
		if line.ID() == blockAway {
			fields = []string{BlockAgent, BlockEmail}
		}
		at := 0
		for i, b := range form.Blocks.BlockSet {
			if slices.Contains(fields, b.ID()) || i == at && IsAbout(b) {
				at = i + 1
			}
		}
		form.Blocks.BlockSet = slices.Insert(form.Blocks.BlockSet, at, line)
	}
	n := DecodeFormMetadata(form.PrivateMetadata)
	n.Shown = MarkOf(slices.DeleteFunc(slices.Clone(form.Blocks.BlockSet), func(b slack.Block) bool { return !IsAbout(b) }))
	form.PrivateMetadata = payload.Encode(n)
}

// FormAgain is a form as Slack knows it with other lines about the contact. All else stays
// as it is, whatever the form was made of, so that what was entered stays too.
func (v Renderer) FormAgain(old payload.View, lines []slack.Block) slack.ModalViewRequest {
	blocks := slices.DeleteFunc(BlocksOf(old), IsAbout)
	form := v.frame(DecodeFormMetadata(old.PrivateMetadata), blocks...)
	v.dress(&form, old.CallbackID)
	InsertLines(&form, lines...)
	return form
}

// FormConfirm is a form as Slack knows it with a box to tick below the contact: its number is
// not in the list of those that there are, and may be right all the same.
func (v Renderer) FormConfirm(old payload.View, contact phone.Number) *slack.ModalViewRequest {
	blocks := slices.DeleteFunc(BlocksOf(old), func(b slack.Block) bool { return b.ID() == BlockConfirm })
	option := slack.NewOptionBlockObject(contact.Digits(), plainText(v.Texts.Plain("form_unlisted_tick", nil), optionText), nil)
	label := plainText(v.Texts.Plain("form_unlisted", texts.Data{"Contact": v.contact(contact)}), 2000)
	box := slack.NewInputBlock(BlockConfirm, label, nil, slack.NewCheckboxGroupsBlockElement(BlockConfirm, option))
	box.Optional = true // another number may be typed instead
	at := 1 + slices.IndexFunc(blocks, func(b slack.Block) bool { return b.ID() == BlockContact })
	form := v.frame(DecodeFormMetadata(old.PrivateMetadata), slices.Insert(blocks, at, slack.Block(box))...)
	return &form
}

// KnownBlock is a block as Slack sent it.
type KnownBlock struct {
	Raw  json.RawMessage
	kind slack.MessageBlockType
	id   string
}

func (b KnownBlock) BlockType() slack.MessageBlockType { return b.kind }

func (b KnownBlock) ID() string { return b.id }

func (b KnownBlock) MarshalJSON() ([]byte, error) { return b.Raw, nil }

func BlocksOf(v payload.View) []slack.Block {
	blocks := make([]slack.Block, len(v.Blocks))
	for i, raw := range v.Blocks {
		var head struct {
			Type slack.MessageBlockType `json:"type"`
			ID   string                 `json:"block_id"`
		}
		_ = json.Unmarshal(raw, &head) // what is no block is sent back as it came
		blocks[i] = KnownBlock{raw, head.Type, head.ID}
	}
	return blocks
}
