package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/inbound"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"

	"github.com/slack-go/slack"
)

// asSlackSends makes of a form the view that Slack sends of it.
func asSlackSends(t *testing.T, form slack.ModalViewRequest, hash string) payload.View {
	t.Helper()
	v := payload.View{ID: "V1", Hash: hash, CallbackID: form.CallbackID, PrivateMetadata: form.PrivateMetadata}
	if err := json.Unmarshal([]byte(payload.Encode(form.Blocks)), &v.Blocks); err != nil {
		t.Fatal(err)
	}
	return v
}

// typedAt is a change of a form, made at that moment.
func typedAt(at string, v payload.View) *inbound.Call {
	c := &inbound.Call{Kind: payload.BlockActions}
	c.View, c.Actions = v, []payload.Action{{ActionID: render.BlockContact, ActionTS: at}}
	return c
}

// A key that is pressed while an update is on its way comes with what the form was before.
func TestAKeyDuringAnUpdateIsReadWithTheUpdate(t *testing.T) {
	typings, none := newLiveHints(), func() {}
	before, after := payload.View{ID: "V1", Hash: "1.a"}, looks{"2.b", "abroad"}
	if !typings.enter(typedAt("10.000001", before)) {
		t.Fatal("nobody follows the first key")
	}
	if got := typings.begin(before, none); got != (looks{hash: "1.a"}) {
		t.Errorf("it begins with %v", got)
	}
	second := typedAt("10.000002", before)
	if typings.enter(second) {
		t.Error("two follow one form")
	}
	typings.updated("V1", "1.a", after)
	if typings.next("V1") != second {
		t.Fatal("the second key is forgotten")
	}
	if got := typings.begin(before, none); got != after {
		t.Errorf("the second begins with %v", got)
	}
	if typings.next("V1") != nil || !typings.enter(typedAt("10.000003", before)) {
		t.Error("nobody follows the third key")
	}
	// Another process, or Slack itself, has changed it since: what it says now holds.
	if got := typings.begin(payload.View{ID: "V1", Hash: "3.c"}, none); got != (looks{hash: "3.c"}) {
		t.Errorf("a newer state is taken for %v", got)
	}
	typings.lost("V1")
	if got := typings.begin(before, none); got != (looks{hash: "1.a"}) {
		t.Errorf("after an update of which nobody knows, it begins with %v", got)
	}
}

// Keys that are pressed in one moment come in any order.
func TestOnlyTheLatestKeyIsFollowed(t *testing.T) {
	typings, v := newLiveHints(), payload.View{ID: "V1"}
	typings.enter(typedAt("10.000002", v))
	latest := typedAt("10.000005", v)
	for _, c := range []*inbound.Call{typedAt("10.000003", v), latest, typedAt("10.000004", v), typedAt("9.999999", v)} {
		typings.enter(c)
	}
	if typings.next("V1") != latest {
		t.Error("an earlier key came after the latest")
	}
	if typings.next("V1") != nil || typings.enter(typedAt("10.000001", v)) {
		t.Error("a key from before the latest is followed")
	}
}

func TestASubmittedFormIsNotFollowed(t *testing.T) {
	typings, v := newLiveHints(), payload.View{ID: "V1"}
	stopped := false
	typings.enter(typedAt("10.000001", v))
	typings.begin(v, func() { stopped = true })
	typings.enter(typedAt("10.000002", v))
	acknowledged := typings.submitted("V1")
	if !stopped || !typings.overtaken("V1") || typings.next("V1") != nil || typings.enter(typedAt("10.000003", v)) {
		t.Error("a submitted form is followed")
	}
	acknowledged()
	if typings.overtaken("V1") || !typings.enter(typedAt("10.000004", v)) {
		t.Error("a form that came back with a mistake is followed no more")
	}
}

// Slack may send a line in other words than it was sent; what is fields is sent back as
// it came, since what was entered stays only with the same fields.
func TestAFormMadeAgainHasTheSameFields(t *testing.T) {
	b := testHandlers(t, loadedDesk())
	v := b.lines.renderers.Default
	from := payload.Address{Channel: "C0SUPPORT", Thread: "1.2", EntryPoint: payload.ByMessage}
	old := asSlackSends(t, v.FormFound([]phone.Number{emirati}, render.FormContent{}, from), "1.a")
	for i, raw := range old.Blocks {
		old.Blocks[i] = json.RawMessage(strings.ReplaceAll(string(raw), "🇦🇪", ":flag-ae:"))
	}
	lines := []slack.Block{v.ForeignLine(emirati)}
	if got := looksOf(old); got != (looks{"1.a", render.MarkOf(lines)}) {
		t.Errorf("it looks like %v", got)
	}
	lines = append(lines, v.OwnerLine(sampleOutcome(assign.Outcome{Kind: assign.Assigned, At: sampleTime, Agent: to("Omar Hassan", "omar@twerlo.com")})))
	again := v.FormAgain(old, lines)
	var ids []string
	var same []json.RawMessage
	for _, block := range again.Blocks.BlockSet {
		ids = append(ids, block.ID())
		if known, ok := block.(render.KnownBlock); ok {
			same = append(same, known.Raw)
		}
	}
	if want := []json.RawMessage{old.Blocks[0], old.Blocks[1], old.Blocks[3], old.Blocks[4], old.Blocks[5]}; payload.Encode(same) != payload.Encode(want) {
		t.Errorf("%s became %s", payload.Encode(want), payload.Encode(same))
	}
	if got := strings.Join(ids, " "); got != " contact foreign owner agent note offer" {
		t.Errorf("the blocks are %s", got)
	}
	to, err := payload.DecodeAddress(again.PrivateMetadata)
	if err != nil || to != from {
		t.Errorf("it was opened at %v (%v)", to, err)
	}
	if got := looksOf(asSlackSends(t, again, "2.b")); got.mark != render.MarkOf(lines) {
		t.Errorf("then it looks like %v", got)
	}
	if got := looksOf(asSlackSends(t, v.FormAgain(old, nil), "3.c")); got != (looks{hash: "3.c"}) {
		t.Errorf("without lines it looks like %v", got)
	}
	old.PrivateMetadata = payload.Encode(from) // as it was before there were marks
	if looksOf(old).mark == "" {
		t.Error("the line of an old form is not seen")
	}
}
