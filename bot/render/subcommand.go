package render

// Subcommand is a sub-command: what may be typed in place of a contact and an agent.
type Subcommand string

const (
	HistoryCommand Subcommand = "history" // of a contact, whose number follows
	MineCommand    Subcommand = "mine"    // the requester's own assignments
	DutyCommand    Subcommand = "duty"    // who is on duty, and who is next
	UndoCommand    Subcommand = "undo"    // only says where the button is
	// HandoverCommand gives what one agent has to another; both follow.
	HandoverCommand Subcommand = "handover"
	HelpCommand     Subcommand = "help"
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
