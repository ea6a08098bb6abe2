package line

import (
	"slices"
	"strings"
)

// ParseList reads a list of contacts, as one pastes it from a spreadsheet or a file: a number in
// each line, or several. Words beside a number are passed over, and so are lines without a digit,
// such as a heading. A heading that names the column of the numbers makes all other columns
// words. Its agent is always missing.
func ParseList(text, region string) Many {
	m, _ := ParseListUpTo(text, region, 0)
	return m
}

// ParseListUpTo is ParseList that stops where there are more than most contacts, or more than so
// many pieces that cannot be read, and tells so; 0: it goes on to the end.
func ParseListUpTo(text, region string, most int) (m Many, more bool) {
	column := -1
	for i, each := range lines(parted(text)) {
		if most > 0 && max(len(m.Contacts), len(m.Unread)) > most {
			return m, true
		}
		cells := cellsOf(each)
		switch {
		case countDigits(each) == 0:
			if at := slices.IndexFunc(cells, isHeading); at >= 0 && len(cells) > 1 && len(m.Contacts) == 0 {
				column = at
			}
		case column >= 0 && column < len(cells) && len(cells) > 1:
			m.addRow(i+1, cells[column:column+1], each, region)
		default:
			m.addRow(i+1, cells, each, region)
		}
	}
	return m, most > 0 && len(m.Contacts) > most
}

// isColumnEnd tells the signs between the columns of a line.
func isColumnEnd(r rune) bool { return strings.ContainsRune("\t,،;؛|", r) }

func cellsOf(line string) []string {
	cells := strings.FieldsFunc(strings.NewReplacer("\t\t", "\t \t", ",,", ", ,", ";;", "; ;").Replace(line), isColumnEnd)
	for i, c := range cells {
		cells[i] = strings.Trim(c, ` "'`)
	}
	return cells
}

// headings name a column of numbers.
var headings = WordSet(`phone phones mobile mobiles number numbers tel telephone whatsapp wa contact contacts cell msisdn phone_number phonenumber
	رقم الرقم أرقام ارقام الأرقام الارقام جوال الجوال هاتف الهاتف موبايل الموبايل تلفون واتساب الواتساب`)

func isHeading(cell string) bool {
	for word := range strings.FieldsSeq(cell) {
		if headings[bare(word)] {
			return true
		}
	}
	return false
}

// straySize is how many digits a cell may have that is no number but stands beside one: a date, a
// price, the number of a line. One with more is a number that was mistyped.
const straySize = 8

// addRow takes in the numbers of a line; where there is none, the line is unread.
func (m *Many) addRow(at int, cells []string, line, region string) {
	var row Many
	for _, cell := range cells {
		if countDigits(cell) == 0 {
			continue
		}
		for _, c := range sortHalves(cell, region).contacts {
			row.addHalf(at, c, region)
		}
	}
	if len(row.Contacts) == 0 {
		wrong := ContactNotPhone
		if len(row.Unread) > 0 {
			wrong = row.Unread[0].Wrong
		}
		m.Unread = append(m.Unread, Unread{at, NewTyped(shorten(asSeen(line))), wrong})
		return
	}
	m.add(row.Contacts)
	m.Repeated += row.Repeated
	for _, u := range row.Unread {
		if countDigits(u.Typed.Reveal()) > straySize {
			m.Unread = append(m.Unread, u)
		}
	}
}
