package line

import (
	"regexp"
	"strings"
)

var (
	// markdownLink is [0544444444](tel:0544444444).
	markdownLink = regexp.MustCompile(`(?i)\[([^\[\]<>|]+)\]\(((?:tel|mailto):[^()<>|\s]+)\)`)
	// cardNumber begins the line of a contact card that has the number, as WhatsApp's own
	// (TEL;type=CELL;waid=966544444444:+966 54 444 4444).
	cardNumber = regexp.MustCompile(`(?i)(?:^|\s)(?:item\d+\.)?TEL(?:;[\w=,"-]+)+:`)
	cardID     = regexp.MustCompile(`(?i);waid=(\d+)`)
	// quotedName is what mail programs write before an address, a comma in it included:
	// "Harbi, Omar" <omar@twerlo.com>.
	quotedName = regexp.MustCompile(`["“][^"“”@<>&]*["”](\s*(?:&lt;|<))`)
)

// unpaste writes what people paste out of other programs as they would type it: links in
// Markdown, lines of contact cards, and addresses with a name in quotes. The id in a card
// stays beside its number, so that two that disagree are noticed. What has no sign of any of
// them, as most lines, is not searched for them: that would cost more than all else of reading.
func unpaste(line string) string {
	if strings.Contains(line, "](") {
		line = markdownLink.ReplaceAllString(line, "<$2|$1>")
	}
	if strings.Contains(line, ";") {
		line = unpasteCard(line)
	}
	if strings.ContainsAny(line, `"“`) {
		line = quotedName.ReplaceAllString(line, "$1")
	}
	return line
}

func unpasteCard(line string) string {
	return cardNumber.ReplaceAllStringFunc(line, func(start string) string {
		if id := cardID.FindStringSubmatch(start); id != nil {
			return " +" + id[1] + ", "
		}
		return " "
	})
}
