// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/data/import_dialog.h"

#include <QComboBox>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "widgets/controls.h"
#include "widgets/format.h"
#include "widgets/text_table.h"
#include "widgets/theme.h"

namespace lathe::panels {
namespace {

namespace w = widgets;

QString delimiterText(char delimiter) {
    if (delimiter == '\t') return ImportDialog::tr("tab");
    if (delimiter == ' ') return ImportDialog::tr("space");
    return QString(QLatin1Char(delimiter));
}

}  // namespace

ImportDialog::ImportDialog(bridge::Services& services, const QString& file, QWidget* parent)
    : QDialog(parent), services_(services), file_(file), provider_(std::make_shared<w::RowsProvider>()) {
    setObjectName(QStringLiteral("data.importDialog"));
    setWindowTitle(tr("Import %1").arg(QFileInfo(file).fileName()));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(900, 640);
    auto* layout = w::column(this, 12, 16);
    layout->addWidget(buildDialect());
    found_ = w::label({}, w::TextRole::Secondary, this);
    found_->setObjectName(QStringLiteral("data.importFound"));
    found_->setWordWrap(true);
    layout->addWidget(found_);
    table_ = new w::TextTable(this);
    table_->setObjectName(QStringLiteral("data.importTable"));
    table_->setAccessibleName(tr("First rows"));
    layout->addWidget(table_, 3);
    problemsHeading_ = w::label({}, w::TextRole::Warning, this);
    layout->addWidget(problemsHeading_);
    problems_ = new QPlainTextEdit(this);
    problems_->setObjectName(QStringLiteral("data.importProblems"));
    problems_->setReadOnly(true);
    problems_->setFont(w::fontOf(w::FontRole::Mono));
    problems_->setMaximumHeight(110);
    layout->addWidget(problems_);
    progress_ = new QProgressBar(this);
    progress_->setVisible(false);
    progress_->setTextVisible(false);
    progress_->setFixedHeight(4);
    layout->addWidget(progress_);
    auto* buttons = w::row(nullptr, 8);
    note_ = w::label({}, w::TextRole::Bad, this);
    note_->setObjectName(QStringLiteral("data.importNote"));
    note_->setWordWrap(true);
    auto* cancel = w::button(QStringLiteral("data.importCancel"), tr("Cancel"), w::ButtonKind::Normal, {}, this);
    import_ = w::button(QStringLiteral("data.importStart"), tr("Import"), w::ButtonKind::Primary, QStringLiteral("file-import"), this);
    import_->setDefault(true);
    buttons->addWidget(note_, 1);
    buttons->addWidget(cancel);
    buttons->addWidget(import_);
    layout->addLayout(buttons);
    connect(cancel, &QPushButton::clicked, this, &ImportDialog::reject);
    connect(import_, &QPushButton::clicked, this, &ImportDialog::import);
    showProblems({}, 0);
    preview();
}

QWidget* ImportDialog::buildDialect() {
    auto* box = new QWidget(this);
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(4);
    int column = 0;
    const auto add = [&](const QString& label, QWidget* field, const QString& name) {
        field->setObjectName(QStringLiteral("data.import") + name);
        field->setAccessibleName(label);
        grid->addWidget(w::label(label, w::TextRole::Secondary, box), 0, column);
        grid->addWidget(field, 1, column++);
    };
    name_ = new QLineEdit(QFileInfo(file_).completeBaseName(), box);
    add(tr("Name"), name_, QStringLiteral("Name"));
    encoding_ = new QComboBox(box);
    encoding_->addItem(tr("Find out"), QString());
    for (const std::string& encoding : knownEncodings()) encoding_->addItem(bridge::text(encoding), bridge::text(encoding));
    add(tr("Encoding"), encoding_, QStringLiteral("Encoding"));
    delimiter_ = new QComboBox(box);
    delimiter_->addItem(tr("Find out"), QString());
    for (const char delimiter : {',', ';', '\t', '|', ' ', ':'}) delimiter_->addItem(delimiterText(delimiter), QString(QLatin1Char(delimiter)));
    add(tr("Delimiter"), delimiter_, QStringLiteral("Delimiter"));
    quote_ = new QComboBox(box);
    quote_->addItem(tr("Find out"), -1);
    quote_->addItem(QStringLiteral("\""), int('"'));
    quote_->addItem(QStringLiteral("'"), int('\''));
    quote_->addItem(tr("none"), 0);
    add(tr("Quotes"), quote_, QStringLiteral("Quote"));
    header_ = new QComboBox(box);
    header_->addItem(tr("Find out"), int(HeaderChoice::Auto));
    header_->addItem(tr("First row names the columns"), int(HeaderChoice::Yes));
    header_->addItem(tr("No header"), int(HeaderChoice::No));
    add(tr("Header"), header_, QStringLiteral("Header"));
    preamble_ = new QSpinBox(box);
    preamble_->setRange(-1, 10'000);
    preamble_->setValue(-1);
    preamble_->setSpecialValueText(tr("Find out"));
    add(tr("Lines above"), preamble_, QStringLiteral("Preamble"));
    ragged_ = new QComboBox(box);
    ragged_->addItem(tr("Keep, filled up"), int(RaggedPolicy::KeepPadded));
    ragged_->addItem(tr("Leave out"), int(RaggedPolicy::LeaveOut));
    add(tr("Rows that do not fit"), ragged_, QStringLiteral("Ragged"));
    grid->setColumnStretch(0, 1);
    for (QComboBox* each : {encoding_, delimiter_, quote_, header_, ragged_}) connect(each, &QComboBox::activated, this, &ImportDialog::preview);
    connect(preamble_, &QSpinBox::valueChanged, this, &ImportDialog::preview);
    return box;
}

ImportOptions ImportDialog::options() const {
    ImportOptions options;
    options.encoding = bridge::utf8(encoding_->currentData().toString());
    const QString delimiter = delimiter_->currentData().toString();
    if (!delimiter.isEmpty()) options.delimiter = delimiter.at(0).toLatin1();
    if (quote_->currentData().toInt() >= 0) options.quote = char(quote_->currentData().toInt());
    options.header = HeaderChoice(header_->currentData().toInt());
    if (preamble_->value() >= 0) options.preambleLines = preamble_->value();
    options.ragged = RaggedPolicy(ragged_->currentData().toInt());
    return options;
}

void ImportDialog::preview() {
    if (work_) work_->cancel();
    const int mine = ++round_;
    import_->setEnabled(false);
    work_ = services_.datasets().preview(
        this, file_, options(), [this, mine](const ImportPreview& found) { if (mine == round_) showPreview(found); },
        [this, mine](const QString& sentence) { if (mine == round_) say(sentence, true); });
}

void ImportDialog::showPreview(const ImportPreview& preview) {
    say({}, false);
    import_->setEnabled(true);
    const ImportDialect& dialect = preview.dialect;
    QStringList facts{bridge::text(dialect.encoding)};
    if (dialect.format == FileFormat::Csv) {
        facts << tr("delimiter %1").arg(delimiterText(dialect.delimiter));
        facts << (dialect.quote == '\0' ? tr("no quotes") : tr("quotes %1").arg(QLatin1Char(dialect.quote)));
        facts << (dialect.hasHeader ? tr("with a header") : tr("without a header"));
        if (dialect.preambleLines > 0) facts << tr("%n line(s) above the table", nullptr, int(dialect.preambleLines));
    }
    QString found = tr("Found: %1.").arg(facts.join(QStringLiteral(", ")));
    for (const std::string& note : preview.notes) found += QLatin1Char(' ') + bridge::text(note);
    found_->setText(found);
    provider_->headers.clear();
    for (const std::string& name : preview.columnNames) provider_->headers << bridge::text(name);
    provider_->rows.clear();
    for (const auto& row : preview.rows) {
        QStringList cells;
        for (const std::string& cell : row) cells << bridge::text(cell);
        provider_->rows << cells;
    }
    table_->setProvider(provider_);
    table_->fitColumns(260);
    showProblems(preview.problems, std::int64_t(preview.problems.size()));
}

void ImportDialog::showProblems(const std::vector<ProblemRow>& problems, std::int64_t count) {
    QStringList lines;
    for (const ProblemRow& problem : problems)
        lines << tr("line %1: %2 (%3)").arg(w::formatCount(problem.line), bridge::text(problem.reason), problem.isKept ? tr("kept") : tr("left out"));
    problems_->setPlainText(lines.join(QLatin1Char('\n')));
    problems_->setVisible(count > 0);
    problemsHeading_->setVisible(count > 0);
    problemsHeading_->setText(tr("%n row(s) do not fit:", nullptr, int(count)));
}

void ImportDialog::import() {
    const QString name = name_->text().trimmed();
    if (name.isEmpty()) return say(tr("Give the dataset a name."), true);
    isImporting_ = true;
    import_->setEnabled(false);
    progress_->setVisible(true);
    progress_->setRange(0, 0);
    work_ = services_.datasets().import(
        this, file_, name, options(),
        [this, name](const ImportReport& report) {
            Q_EMIT imported(name);
            isImporting_ = false;
            progress_->setVisible(false);
            if (report.problemCount == 0) return accept();
            // Nothing is dropped silently: the list stays until the person closes it.
            showProblems(report.problems, report.problemCount);
            say(tr("%1 rows were imported; %2 of the rows that do not fit were left out.").arg(w::formatCount(report.rows), w::formatCount(report.leftOutCount)), false);
            import_->setText(tr("Close"));
            import_->setEnabled(true);
            import_->disconnect(this);
            connect(import_, &QPushButton::clicked, this, &QDialog::accept);
        },
        [this](const QString& sentence) {
            isImporting_ = false;
            progress_->setVisible(false);
            import_->setEnabled(true);
            say(sentence, true);
        },
        [this](const Progress& now) {
            progress_->setRange(0, now.total > 0 ? 1000 : 0);
            if (now.total > 0) progress_->setValue(int(now.done * 1000 / now.total));
        });
}

void ImportDialog::reject() {
    if (work_) work_->cancel();
    QDialog::reject();
}

void ImportDialog::say(const QString& sentence, bool isBad) {
    note_->setText(sentence);
    w::setTextRole(note_, isBad ? w::TextRole::Bad : w::TextRole::Secondary);
}

}  // namespace lathe::panels
