// An operator in Go: reads context.json and its input's files, writes its output's, and says in result.json how it went.
// docs/operators.md describes each of these files.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"
)

type context struct {
	Params struct {
		Person     string `json:"person"`
		Time       string `json:"time"`
		GapMinutes int    `json:"gapMinutes"`
	} `json:"params"`
	Inputs map[string]struct {
		Path  string   `json:"path"`
		Files []string `json:"files"`
	} `json:"inputs"`
	Outputs map[string]struct {
		Path   string `json:"path"`
		Format string `json:"format"`
	} `json:"outputs"`
}

type event struct {
	person string
	at     time.Time
}

type session struct {
	Person string    `json:"person"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Events int       `json:"events"`
}

// refused is what the person who made the pipeline can put right; field and row say where.
type refused struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Field   string `json:"field,omitempty"`
	Row     int    `json:"row,omitempty"`
}

func (one refused) Error() string { return one.Message }

func main() {
	in, out := os.Getenv("SLUICE_IN"), os.Getenv("SLUICE_OUT")
	rows, err := run(in, out)
	result := map[string]any{"rows": rows}
	if err != nil {
		var said refused
		if !errors.As(err, &said) {
			said = refused{Message: err.Error()}
		}
		result = map[string]any{"error": said}
		fmt.Fprintln(os.Stderr, said.Message)
	}
	if err := putAside(filepath.Join(out, "result.json"), result); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err != nil {
		os.Exit(1)
	}
}

func run(in, out string) (int, error) {
	var given context
	text, err := os.ReadFile(filepath.Join(in, "context.json"))
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(text, &given); err != nil {
		return 0, err
	}
	output := given.Outputs["sessions"]
	if output.Format != "ndjson" {
		return 0, refused{
			Message: fmt.Sprintf("Sessions are written as ndjson, not as %s.", output.Format),
			Hint:    "Write outputs: {sessions: ndjson}. Whoever reads them may ask for another format.",
		}
	}
	var events []event
	input := given.Inputs["events"]
	for _, name := range input.Files {
		events, err = read(filepath.Join(in, input.Path, name), given, events)
		if err != nil {
			return 0, err
		}
	}
	found := sessions(events, time.Duration(given.Params.GapMinutes)*time.Minute)
	fmt.Printf("%d events, %d sessions\n", len(events), len(found))
	return len(found), write(filepath.Join(out, output.Path, "sessions.ndjson"), found)
}

func read(file string, given context, events []event) ([]event, error) {
	from, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		row := len(events) + 1
		var values map[string]any
		if err := json.Unmarshal(lines.Bytes(), &values); err != nil {
			return nil, refused{Message: fmt.Sprintf("Row %d is not JSON: %v", row, err), Row: row}
		}
		person, there := values[given.Params.Person]
		if !there {
			return nil, refused{
				Message: fmt.Sprintf("The events have no column %s.", given.Params.Person),
				Hint:    "Name the column that says who it was.", Field: "/person", Row: row,
			}
		}
		at, err := timeOf(values[given.Params.Time])
		if err != nil {
			return nil, refused{
				Message: fmt.Sprintf("Row %d: %s is %v, which is no time.", row, given.Params.Time, values[given.Params.Time]),
				Hint:    "Write times as 2026-01-31T08:00:00Z.", Field: "/time", Row: row,
			}
		}
		events = append(events, event{fmt.Sprint(person), at})
	}
	return events, lines.Err()
}

// The second is how Sluice writes times where it converts a table. Fractions of seconds fit each of them.
var layouts = []string{time.RFC3339, "2006-01-02 15:04:05-07", "2006-01-02 15:04:05", "2006-01-02T15:04:05"}

func timeOf(value any) (time.Time, error) {
	text := fmt.Sprint(value)
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, errors.New("no time")
}

func sessions(events []event, gap time.Duration) []session {
	sort.Slice(events, func(a, b int) bool {
		if events[a].person != events[b].person {
			return events[a].person < events[b].person
		}
		return events[a].at.Before(events[b].at)
	})
	var found []session
	for _, one := range events {
		last := len(found) - 1
		if last >= 0 && found[last].Person == one.person && one.at.Sub(found[last].To) <= gap {
			found[last].To = one.at
			found[last].Events++
			continue
		}
		found = append(found, session{one.person, one.at, one.at, 1})
	}
	return found
}

// write makes the file also where there are no rows: an output that is required has to be there.
func write(file string, rows []session) error {
	to, err := os.Create(file)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(to)
	lines := json.NewEncoder(buffered)
	for _, row := range rows {
		if err := lines.Encode(row); err != nil {
			return err
		}
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	return to.Close()
}

// putAside writes and renames, so that nobody ever reads half of it.
func putAside(file string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
