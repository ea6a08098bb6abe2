package texts

import (
	"strings"
	"testing"
)

func TestTypedTextIsEscapedInMrkdwnAndLeftAloneInPlainText(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	p := c.In("en")
	data := Data{"Typed": "<!channel> & <@U1>"}
	if got, want := p.Text("form_typed", data), "You typed: &lt;!channel&gt; &amp; &lt;@U1&gt;"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
	if got, want := p.Plain("form_typed", data), "You typed: <!channel> & <@U1>"; got != want {
		t.Errorf("Plain = %q, want %q", got, want)
	}
	if got := p.Text("form_typed", Data{"Typed": Mention("U1")}); !strings.Contains(got, "<@U1>") {
		t.Errorf("our own mention was escaped: %q", got)
	}
}

func TestTypedMentionsOfPeopleAndChannelsAreShownAndNothingElse(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	typed := Typed("<@U012ABC> <@W012ABC|omar> <!channel> <@U012ABC|<!here>> <#C012ABC> <#C012ABC|> <#x> <#C012ABC|<!here>>")
	want := "You typed: <@U012ABC> <@W012ABC> &lt;!channel&gt; &lt;@U012ABC|&lt;!here&gt;&gt; <#C012ABC> <#C012ABC> &lt;#x&gt; &lt;#C012ABC|&lt;!here&gt;&gt;"
	if got := c.In("en").Text("form_typed", Data{"Typed": typed}); got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}

func TestUnknownLanguagesFallBackToEnglish(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.In("fr-FR", "xx").Text("form_submit", nil); got != "Assign" {
		t.Errorf("got %q", got)
	}
}
