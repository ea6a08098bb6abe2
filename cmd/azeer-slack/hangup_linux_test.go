package main

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// openTerminal gives both ends of a new terminal: whoever holds the first one is the person
// at it.
func openTerminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = person.Close() })
	fd := int(person.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return person, program
}

func TestATerminalThatIsClosedEndsARunInGoodOrder(t *testing.T) {
	t.Parallel()
	box, values := setUp(t)
	values["HTTP_ADDR"] = ""
	cmd, _ := child(t, values)
	person, program := openTerminal(t)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = program.Close()
	awaitConnection(t.Context(), t, box)
	if d := box.Slack.Person(demoPerson).Command(demoPlace, "/assign 0544444444 omar@twerlo.com"); d.Shown != "" {
		t.Errorf("the command was not taken: %s", d.Shown)
	}
	from := time.Now()
	if err := person.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil { // as a shell does, too
		t.Fatal(err)
	}
	endsInOrder(t, cmd, from)
	if owner := box.Azeer.Owner("966544444444"); owner != "omar@twerlo.com" {
		t.Errorf("the contact belongs to %q", owner)
	}
}
