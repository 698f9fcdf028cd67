// Owns every sentence of the widget, in Kazakh and Russian.

/** @typedef {"kk" | "ru"} Language */
/** @typedef {"bot" | "queued" | "consultant" | "rating" | "closed"} State */
/** @typedef {"assistant" | "consultant" | "citizen" | "system"} Sender */

const ru = {
  launcher: "Задать вопрос",
  launcherRest: " помощнику 1414",
  title: "Помощник 1414",
  close: "Закрыть чат",
  renew: "Новый разговор",
  call: "Позвонить голосом",
  hangUp: "Завершить звонок",
  calling: "Звонок: говорите. Разговор записывается.",
  noMicrophone: "Нет доступа к микрофону. Разрешите его в настройках браузера.",
  noCall: "Звонок сейчас недоступен. Напишите вопрос.",
  language: "Язык",
  log: "Сообщения",
  options: "Варианты ответа",
  input: "Ваше сообщение",
  placeholder: "Напишите вопрос",
  keys: "Enter: отправить. Shift+Enter: новая строка.",
  send: "Отправить",
  typing: "Помощник готовит ответ",
  writes: "Консультант пишет",
  seen: "прочитано",
  sending: "отправляется",
  unsent: "не отправлено",
  offline: "Нет связи. Восстанавливаем, написанное сохранено.",
  expired: "Прошлый разговор завершён, начат новый.",
  kept: "Неотправленное сообщение сохранено.",
  renewQuestion: "Начать новый разговор? Эти сообщения здесь больше не будут видны.",
  renewYes: "Начать",
  renewNo: "Отмена",
  fraud: "Никому не говорите код из SMS и пароль ЭЦП: 1414 их не спрашивает.",
  newTab: " (откроется в новой вкладке)",
  unknownProblem: "Сообщение не принято. Измените его и отправьте снова.",
  who: { assistant: "Помощник", consultant: "Консультант", citizen: "Вы", system: "1414" },
  state: {
    bot: "Отвечает программа-помощник",
    queued: "Вы в очереди к консультанту. Пока ждёте, можно спрашивать помощника.",
    consultant: "Вам отвечает консультант",
    rating: "Оцените консультацию",
    closed: "Разговор завершён. Чтобы продолжить, напишите.",
  },
  number: (/** @type {string} */ number) => `Номер разговора: ${number}`,
  unread: (/** @type {number} */ count) => ` Новых сообщений: ${count}`,
  left: (/** @type {number} */ count) => `Осталось знаков: ${count}`,
  excess: (/** @type {number} */ count) => `Лишних знаков: ${count}. Сократите сообщение.`,
  wait: (/** @type {number} */ seconds) => `Слишком много сообщений подряд. Отправим через ${seconds} с.`,
  sources: (/** @type {string} */ date) => `Сведения на ${date}`,
};

/** @type {typeof ru} */
const kk = {
  launcher: "Сұрақ қою",
  launcherRest: ", 1414 көмекшісі",
  title: "1414 көмекшісі",
  close: "Чатты жабу",
  renew: "Жаңа әңгіме",
  call: "Дауыспен қоңырау шалу",
  hangUp: "Қоңырауды аяқтау",
  calling: "Қоңырау: сөйлей беріңіз. Әңгіме жазылады.",
  noMicrophone: "Микрофонға рұқсат жоқ. Оны браузер баптауында қосыңыз.",
  noCall: "Қоңырау қазір қолжетімсіз. Сұрағыңызды жазыңыз.",
  language: "Тіл",
  log: "Хабарламалар",
  options: "Жауап нұсқалары",
  input: "Хабарламаңыз",
  placeholder: "Сұрағыңызды жазыңыз",
  keys: "Enter: жіберу. Shift+Enter: жаңа жол.",
  send: "Жіберу",
  typing: "Көмекші жауап дайындап жатыр",
  writes: "Кеңесші жазып жатыр",
  seen: "оқылды",
  sending: "жіберіліп жатыр",
  unsent: "жіберілмеді",
  offline: "Байланыс жоқ. Қалпына келтіріп жатырмыз, жазғаныңыз сақталды.",
  expired: "Алдыңғы әңгіме аяқталды, жаңасы басталды.",
  kept: "Жіберілмеген хабарлама сақталды.",
  renewQuestion: "Жаңа әңгіме бастайсыз ба? Бұл хабарламалар енді мұнда көрінбейді.",
  renewYes: "Бастау",
  renewNo: "Болдырмау",
  fraud: "SMS-кодты және ЭЦҚ құпиясөзін ешкімге айтпаңыз: 1414 оларды сұрамайды.",
  newTab: " (жаңа қойындыда ашылады)",
  unknownProblem: "Хабарлама қабылданбады. Өзгертіп, қайта жіберіңіз.",
  who: { assistant: "Көмекші", consultant: "Кеңесші", citizen: "Сіз", system: "1414" },
  state: {
    bot: "Көмекші бағдарлама жауап береді",
    queued: "Сіз кеңесшінің кезегіндесіз. Күтіп тұрғанда көмекшіден сұрай беріңіз.",
    consultant: "Сізге кеңесші жауап береді",
    rating: "Кеңеске баға беріңіз",
    closed: "Әңгіме аяқталды. Жалғастыру үшін жазыңыз.",
  },
  number: (number) => `Әңгіме нөмірі: ${number}`,
  unread: (count) => ` Жаңа хабарлама: ${count}`,
  left: (count) => `Қалған таңба: ${count}`,
  excess: (count) => `${count} таңба артық. Хабарламаны қысқартыңыз.`,
  wait: (seconds) => `Хабарлама тым көп. ${seconds} секундтан кейін жібереміз.`,
  sources: (date) => `Мәлімет ${date} күнгі`,
};

const TEXTS = { kk, ru };

/** @typedef {typeof ru} Texts */

/**
 * The language of a BCP 47 tag; Russian when it is neither Kazakh nor Russian.
 * @param {string | null | undefined} tag
 * @returns {Language}
 */
export function languageOf(tag) {
  return /^kk\b/i.test(tag ?? "") ? "kk" : "ru";
}

/**
 * @param {Language} language
 * @returns {Texts}
 */
export function texts(language) {
  return TEXTS[language];
}
