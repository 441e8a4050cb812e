// Sends the files of the desk's intake form while it is being filled, each by itself and with its own progress. The form then
// carries what arrived by its token; without this script its files are sent together with it.

import { all, one } from "./dom.js";
import { Uploader } from "./uploader.js";

class IntakeFiles extends Uploader {
  constructor(form) {
    super(form, form.dataset.filesUrl, "file");
    this.submitter = null;
    this.wasTold = false;
  }

  listen() {
    for (const input of all("input[type=file][data-kind]", this.form)) {
      input.addEventListener("change", () => {
        this.kind = input.dataset.kind;
        this.label = one(`label[for="${input.id}"]`, this.form).firstChild.textContent.trim();
        this.wasTold = false;
        this.add(input.files);
        input.value = "";
      });
    }
    this.form.addEventListener("submit", (event) => this.hold(event));
    this.form.addEventListener("uploaded", () => this.goOn());
    this.form.addEventListener("uploads-ended", () => this.goOn());
    this.warnBeforeLeaving();
  }

  fields() {
    const token = one("[name=csrf_token]", this.form).value;
    return [["csrf_token", token], ["kind", this.kind]];
  }

  line(file) {
    const line = super.line(file);
    one(".uploader-name", line).textContent = `${file.name} · ${this.label}`;
    return line;
  }

  /** Saving waits for the files on their way; once it was said which did not arrive, it goes on without them. */
  hold(event) {
    if (this.isBusy) {
      event.preventDefault();
      this.submitter = event.submitter;
    } else if (this.unsent.size && !this.wasTold) {
      event.preventDefault();
      this.wasTold = true;
      const status = one("[data-upload-status]", this.form);
      status.classList.remove("visually-hidden");
      status.textContent = this.texts.without;
      status.scrollIntoView({ block: "center" });
    }
  }

  goOn() {
    const submitter = this.submitter;
    this.submitter = null;
    if (submitter) this.form.requestSubmit(submitter);
  }

  arrived(line, answer) {
    super.arrived(line, answer);
    const landed = document.createElement("input");
    Object.assign(landed, { type: "hidden", name: "landed", value: answer.token });
    line.append(landed);
    const button = one("[data-remove]", line);
    button.hidden = false;
    button.onclick = () => line.remove();
  }
}

export function startIntakeFiles() {
  for (const form of all("form[data-files-url]")) new IntakeFiles(form);
}
