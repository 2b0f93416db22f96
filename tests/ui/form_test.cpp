// SPDX-License-Identifier: GPL-3.0-or-later
// Forms: typing, errors, fields that come and go, sections, and the number reader under them.
#include "widgets/number_edit.h"
#include "widgets/param_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QToolButton>

using namespace lathe::widgets;
using namespace Qt::StringLiterals;

namespace {

FieldSpec field(const QString& id, FieldType type, const QVariant& value, const QString& group = u"Basics"_qs) {
    FieldSpec spec;
    spec.id = id;
    spec.type = type;
    spec.label = id;
    spec.group = group;
    spec.defaultValue = value;
    return spec;
}

QList<FieldSpec> trainFields() {
    FieldSpec mode = field(u"mode"_qs, FieldType::Choice, u"all"_qs);
    mode.choices = {{u"all"_qs, u"All weights"_qs, u"Everything learns."_qs}, {u"lora"_qs, u"LoRA"_qs, {}}, {u"last_layers"_qs, u"Last layers"_qs, {}}};
    FieldSpec rank = field(u"r"_qs, FieldType::Integer, 8);
    rank.minimum = 1;
    rank.maximum = 512;
    rank.shownWhen = {{u"mode"_qs, {u"lora"_qs}, false}};
    FieldSpec layers = field(u"last_layers"_qs, FieldType::Integer, 3);
    layers.minimum = 1;
    layers.maximum = 30;
    layers.shownWhen = {{u"mode"_qs, {u"last_layers"_qs}, false}};
    FieldSpec rate = field(u"learning_rate"_qs, FieldType::Number, 5e-5, u"Optimiser"_qs);
    rate.minimum = 0;
    rate.isMinimumExclusive = true;
    rate.help = u"How far a step goes."_qs;
    FieldSpec patience = field(u"patience"_qs, FieldType::Integer, QVariant(), u"Optimiser"_qs);
    patience.isOptional = true;
    patience.minimum = 1;
    FieldSpec seed = field(u"seed"_qs, FieldType::Integer, 42, u"Optimiser"_qs);
    seed.isAdvanced = true;
    seed.minimum = 0;
    const FieldSpec compact = field(u"compact"_qs, FieldType::Switch, false, u"Optimiser"_qs);
    const FieldSpec freeze = field(u"freeze"_qs, FieldType::TextList, QStringList(), u"Optimiser"_qs);
    return {mode, rank, layers, rate, patience, seed, compact, freeze};
}

void typeInto(QLineEdit* edit, const QString& text) {
    edit->selectAll();
    QTest::keyClick(edit, Qt::Key_Delete);
    QTest::keyClicks(edit, text);
}

} // namespace

class FormTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        form_ = std::make_unique<ParamForm>(u"train"_qs);
        form_->setFields(trainFields());
        form_->resize(420, 900);
        form_->show();
        QVERIFY(QTest::qWaitForWindowExposed(form_.get()));
    }

    void cleanup() { form_.reset(); }

    void startsWithTheDefaults() {
        const QVariantMap values = form_->values();
        QCOMPARE(values[u"mode"_qs], QVariant(u"all"_qs));
        QCOMPARE(values[u"r"_qs].toInt(), 8);
        QCOMPARE(values[u"learning_rate"_qs].toDouble(), 5e-5);
        QVERIFY(!values[u"patience"_qs].isValid());
        QVERIFY(form_->isValid());
        QCOMPARE(edit(u"learning_rate"_qs)->text(), u"5e-5"_qs);
    }

    void typingScientificNotationGivesTheNumber() {
        QSignalSpy spy(form_.get(), &ParamForm::valueChanged);
        typeInto(edit(u"learning_rate"_qs), u"2e-4"_qs);
        QCOMPARE(form_->value(u"learning_rate"_qs).toDouble(), 2e-4);
        QVERIFY(!spy.isEmpty());
        QCOMPARE(spy.last()[0].toString(), u"learning_rate"_qs);
        QCOMPARE(spy.last()[1].toDouble(), 2e-4);
    }

    void aWrongNumberShowsItsErrorAndKeepsTheLastValue() {
        QSignalSpy validity(form_.get(), &ParamForm::validityChanged);
        typeInto(edit(u"learning_rate"_qs), u"0"_qs);
        auto* error = form_->findChild<QLabel*>(u"train.learning_rate.error"_qs);
        QVERIFY(error->isVisible());
        QVERIFY2(error->text().contains(u"more than 0"_qs), qPrintable(error->text()));
        QCOMPARE(form_->value(u"learning_rate"_qs).toDouble(), 5e-5);
        QVERIFY(!form_->isValid());
        QVERIFY(edit(u"learning_rate"_qs)->property("invalid").toBool());
        typeInto(edit(u"learning_rate"_qs), u"fast"_qs);
        QVERIFY(error->text().contains(u"fast"_qs));
        typeInto(edit(u"learning_rate"_qs), u"1e-3"_qs);
        QVERIFY(!error->isVisible());
        QVERIFY(form_->isValid());
        QVERIFY(validity.count() >= 2);
        QCOMPARE(validity.last()[0].toBool(), true);
    }

    void anOptionalNumberMayBeBlank() {
        typeInto(edit(u"patience"_qs), u"3"_qs);
        QCOMPARE(form_->value(u"patience"_qs).toInt(), 3);
        typeInto(edit(u"patience"_qs), QString());
        QVERIFY(!form_->value(u"patience"_qs).isValid());
        QVERIFY(form_->isValid());
        typeInto(edit(u"patience"_qs), u"2.5"_qs);
        QVERIFY(!form_->isValid());
    }

    void fieldsFollowWhatTheyDependOn() {
        QVERIFY(!form_->isFieldShown(u"r"_qs));
        QVERIFY(!form_->isFieldShown(u"last_layers"_qs));
        auto* mode = form_->findChild<QComboBox*>(u"train.mode"_qs);
        QTest::keyClick(mode, Qt::Key_Down);
        QCOMPARE(form_->value(u"mode"_qs), QVariant(u"lora"_qs));
        QVERIFY(form_->isFieldShown(u"r"_qs));
        QVERIFY(!form_->isFieldShown(u"last_layers"_qs));
        form_->setValue(u"mode"_qs, u"last_layers"_qs);
        QVERIFY(!form_->isFieldShown(u"r"_qs));
        QVERIFY(form_->isFieldShown(u"last_layers"_qs));
    }

    void aHiddenMistakeDoesNotMakeTheFormWrong() {
        form_->setValue(u"mode"_qs, u"lora"_qs);
        typeInto(edit(u"r"_qs), u"9999"_qs);
        QVERIFY(!form_->isValid());
        form_->setValue(u"mode"_qs, u"all"_qs);
        QVERIFY(form_->isValid());
    }

    void negatedConditionsWork() {
        QList<FieldSpec> fields = trainFields();
        fields[3].shownWhen = {{u"mode"_qs, {u"lora"_qs}, true}};
        form_->setFields(fields);
        QVERIFY(form_->isFieldShown(u"learning_rate"_qs));
        form_->setValue(u"mode"_qs, u"lora"_qs);
        QVERIFY(!form_->isFieldShown(u"learning_rate"_qs));
    }

    void aSliderMovesTheNumberAndBack() {
        form_->setValue(u"mode"_qs, u"last_layers"_qs);
        auto* slider = edit(u"last_layers"_qs)->parentWidget()->findChild<QSlider*>();
        QVERIFY(slider != nullptr);
        QCOMPARE(slider->value(), 2);
        slider->setValue(9);
        QCOMPARE(form_->value(u"last_layers"_qs).toInt(), 10);
        typeInto(edit(u"last_layers"_qs), u"30"_qs);
        QCOMPARE(slider->value(), slider->maximum());
    }

    void advancedFieldsWaitBehindMoreOptions() {
        QVERIFY(!form_->isFieldShown(u"seed"_qs));
        auto* more = form_->findChild<QToolButton*>(u"train.more.Optimiser"_qs);
        QVERIFY(more != nullptr);
        QTest::mouseClick(more, Qt::LeftButton);
        QVERIFY(form_->isFieldShown(u"seed"_qs));
    }

    void sectionsCollapse() {
        auto* header = form_->findChild<QToolButton*>(u"train.section.Optimiser"_qs);
        QTest::mouseClick(header, Qt::LeftButton);
        QVERIFY(!edit(u"learning_rate"_qs)->isVisible());
        QVERIFY(!form_->isFieldShown(u"learning_rate"_qs));
        form_->focusField(u"seed"_qs);
        QVERIFY(edit(u"seed"_qs)->isVisible());
    }

    void errorsFromOutsideShowAndGoWhenTheFieldChanges() {
        form_->setError(u"learning_rate"_qs, u"Too large for LoRA."_qs);
        auto* error = form_->findChild<QLabel*>(u"train.learning_rate.error"_qs);
        QCOMPARE(error->text(), u"Too large for LoRA."_qs);
        QCOMPARE(form_->errors().value(u"learning_rate"_qs), u"Too large for LoRA."_qs);
        typeInto(edit(u"learning_rate"_qs), u"1e-5"_qs);
        QVERIFY(form_->isValid());
    }

    void setValuesIsSilentAndSetValueIsNot() {
        QSignalSpy spy(form_.get(), &ParamForm::valueChanged);
        form_->setValues({{u"mode"_qs, u"lora"_qs}, {u"r"_qs, 16}, {u"unknown"_qs, 1}});
        QCOMPARE(spy.count(), 0);
        QCOMPARE(edit(u"r"_qs)->text(), u"16"_qs);
        form_->setValue(u"r"_qs, 32);
        QCOMPARE(spy.count(), 1);
    }

    void resetGoesBackToTheDefault() {
        typeInto(edit(u"learning_rate"_qs), u"1"_qs);
        auto* reset = form_->findChild<QToolButton*>(u"train.learning_rate.reset"_qs);
        QVERIFY(reset->isVisible());
        QVERIFY(reset->toolTip().contains(u"5e-5"_qs));
        QTest::mouseClick(reset, Qt::LeftButton);
        QCOMPARE(form_->value(u"learning_rate"_qs).toDouble(), 5e-5);
        QVERIFY(!reset->isVisible());
    }

    void switchesAndListsHaveTheirTypes() {
        QTest::mouseClick(form_->findChild<QCheckBox*>(u"train.compact"_qs), Qt::LeftButton, {}, QPoint(8, 12));
        QCOMPARE(form_->value(u"compact"_qs), QVariant(true));
        typeInto(edit(u"freeze"_qs), u"embed*, layers.0.* ,"_qs);
        QCOMPARE(form_->value(u"freeze"_qs).toStringList(), QStringList({u"embed*"_qs, u"layers.0.*"_qs}));
    }

    void newChoicesKeepTheChosenOne() {
        form_->setChoices(u"mode"_qs, {{u"lora"_qs, u"LoRA"_qs, {}}, {u"all"_qs, u"All"_qs, {}}});
        QCOMPARE(form_->value(u"mode"_qs), QVariant(u"all"_qs));
        form_->setChoices(u"mode"_qs, {{u"lora"_qs, u"LoRA"_qs, {}}});
        QVERIFY(!form_->isValid());
        QCOMPARE(form_->errors().keys(), QStringList{u"mode"_qs});
    }

    void newFieldsKeepTheValuesOfThoseThatStay() {
        form_->setValue(u"learning_rate"_qs, 3e-4);
        QList<FieldSpec> fields = trainFields();
        fields.removeFirst();
        form_->setFields(fields);
        QCOMPARE(form_->value(u"learning_rate"_qs).toDouble(), 3e-4);
        QVERIFY(!form_->values().contains(u"mode"_qs));
    }

    void theHelpOfTheChosenOptionReplacesTheFields() {
        const auto labels = form_->findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* one) { return one->isVisible() && one->text() == u"Everything learns."_qs; }));
    }

    void everyEditorHasItsLabelAsBuddyAndAName() {
        for (const QLabel* one : form_->findChildren<QLabel*>()) {
            if (one->objectName().endsWith(u".label"_qs)) {
                QVERIFY(one->buddy() != nullptr);
                QVERIFY(!one->buddy()->accessibleName().isEmpty());
            }
        }
    }

    void numbersAreWrittenShort_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("text");
        QTest::newRow("rate") << 5e-5 << u"5e-5"_qs;
        QTest::newRow("hundredth") << 0.01 << u"0.01"_qs;
        QTest::newRow("thousand") << 1000.0 << u"1000"_qs;
        QTest::newRow("negative") << -1.0 << u"-1"_qs;
        QTest::newRow("zero") << 0.0 << u"0"_qs;
        QTest::newRow("large") << 2.5e9 << u"2.5e9"_qs;
        QTest::newRow("third") << 1.0 / 3 << u"0.3333333333333333"_qs;
    }

    void numbersAreWrittenShort() {
        QFETCH(double, value);
        QFETCH(QString, text);
        QCOMPARE(writeNumber(value), text);
        QCOMPARE(readNumber(text, {}, nullptr).value(), value);
    }

    void arrowKeysStepInTheNumbersOwnScale() {
        NumberRange range;
        range.minimum = 0;
        range.isMinimumExclusive = true;
        NumberEdit number(range);
        number.setValue(5e-5);
        QTest::keyClick(&number, Qt::Key_Up);
        QCOMPARE(number.value().value(), 6e-5);
        number.setValue(1e-5);
        QTest::keyClick(&number, Qt::Key_Down);
        QCOMPARE(number.value().value(), 9e-6);
        number.setValue(9e-6);
        QTest::keyClick(&number, Qt::Key_Up);
        QCOMPARE(number.value().value(), 1e-5);
        NumberRange whole;
        whole.isInteger = true;
        whole.minimum = 0;
        NumberEdit count(whole);
        count.setValue(1);
        QTest::keyClick(&count, Qt::Key_Down);
        QTest::keyClick(&count, Qt::Key_Down);
        QCOMPARE(count.value().value(), 0.0);
        QTest::keyClick(&count, Qt::Key_PageUp);
        QCOMPARE(count.value().value(), 10.0);
    }

private:
    QLineEdit* edit(const QString& id) const { return form_->findChild<QLineEdit*>(u"train."_qs + id); }
    std::unique_ptr<ParamForm> form_;
};

QTEST_MAIN(FormTest)
#include "form_test.moc"
